// Asks the sandbox. Every question and every act is as the person one is at that moment.

const BASE = "/_sandbox/page";

/** What the sandbox would not do; `message` is the sentence for the person. */
export class Refused extends Error {}

async function answer(response) {
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(found.message || `The sandbox answered ${response.status}.`);
  return found;
}

async function reach(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  return answer(response);
}

/** Look something up. */
export const look = (what, query = {}) => reach(`/${what}?${new URLSearchParams(query)}`);

/** Send something. */
export function send(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return reach(path, options);
}

/** Do something as a person. */
export const act = (verb, as, body) => send(`/act/${verb}`, { as, ...body });

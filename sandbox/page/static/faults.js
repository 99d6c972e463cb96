// Things going wrong, on request; tucked away.

import { send } from "./api.js";
import { dismissable } from "./clock.js";
import { fill, h, icon } from "./dom.js";
import { state, watch } from "./store.js";
import { toast, tried } from "./toast.js";

/** Draw the menu. */
export function startFaults() {
  const person = h("select", { id: "closing", "aria-label": "Whose DMs" });
  const count = h("input", { id: "failing", type: "number", min: 1, max: 1000, value: "3", "aria-label": "How many requests" });
  const doing = (fault, said, more = () => ({})) => async () => {
    if (await tried(() => send("/fault", { fault, ...more() }))) toast(said, "note");
  };
  const button = (label, work) => h("button", { type: "button", class: "step", onclick: work }, label);
  const panel = h("details", { class: "popover faults", name: "bar" },
    h("summary", { "aria-label": "Faults", title: "Let something go wrong" }, icon("bolt")),
    h("div", { class: "panel" },
      h("h3", {}, "Let something go wrong"),
      h("div", { class: "setting" }, h("span", {}, "Cut the bot's connection (it can resume)"), button("Cut", doing("cut", "The connection was cut."))),
      h("div", { class: "setting" }, h("span", {}, "End its session (it must begin anew)"), button("End", doing("invalidate", "The session was ended."))),
      h("div", { class: "setting" }, h("span", {}, "Close the DMs of"), person, button("Close", doing("close_dms", "They take no DMs now.", () => ({ user: person.value })))),
      h("div", { class: "setting" }, h("label", { for: "failing" }, "Requests to fail with 503"), count, button("Fail", doing("fail", "The next requests will fail.", () => ({ times: Number(count.value) })))),
      h("div", { class: "setting" }, h("span", {}, "Stop failing"), button("Stop", doing("clear", "Requests work again."))),
    ));
  fill(document.getElementById("faults"), panel);
  dismissable(panel);
  let drawn = "";
  watch(["house"], () => {
    const sign = JSON.stringify(state.house.people.map((each) => [each.id, each.name]));
    if (sign === drawn) return;
    drawn = sign;
    fill(person, state.house.people.map((each) => h("option", { value: each.id }, each.name)));
  });
}

// Starts the page: who one is and where, from the address; then everything redraws itself as the state changes.

import { become, hear, open, reload } from "./acts.js";
import { startClock } from "./clock.js";
import { startComposer } from "./composer.js";
import { startConversation } from "./conversation.js";
import { startFaults } from "./faults.js";
import { connect } from "./live.js";
import { startPlaces } from "./places.js";
import { startRail } from "./rail.js";
import { state } from "./store.js";

startRail();
startPlaces();
startConversation();
startComposer();
startClock();
startFaults();
connect(hear, reload);

function wanted() {
  const found = new URLSearchParams(location.hash.slice(1));
  return { as: found.get("as"), place: found.get("place") };
}

async function start() {
  const { as, place } = wanted();
  await become(as, place);
  // The person in the address may be one of an earlier house.
  if (!state.house && as) await become(null);
}

addEventListener("hashchange", () => {
  const { as, place } = wanted();
  if (as && as !== state.house?.me) become(as, place);
  else if (place && place !== state.place) open(place);
});

await start();

// The page's one connection, over which the sandbox tells what changed. It comes back by itself.

import { set } from "./store.js";

let socket = null;
let watching = null;
let wait = 250;

/** Connect; `hear` gets every piece of news, `back` is called when the connection was lost and is there again. */
export function connect(hear, back) {
  let wasOpen = false;
  const open = () => {
    socket = new WebSocket(`ws://${location.host}/_sandbox/page/live`);
    socket.addEventListener("open", () => {
      wait = 250;
      set({ connected: true });
      if (watching) tell(watching);
      if (wasOpen) back();
      wasOpen = true;
    });
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      set({ connected: false });
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    });
  };
  open();
}

/** From now on, tell of this person and this place. */
export function watchPlace(as, place) {
  watching = { do: "watch", as, place };
  tell(watching);
}

/** The person has seen the place shown up to this message. */
export const tellRead = (place, message) => tell({ do: "read", place, message });

function tell(what) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
}

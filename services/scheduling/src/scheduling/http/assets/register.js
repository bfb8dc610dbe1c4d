// Starts the register on a page that holds <div id="register-app">: with a connection, without one, and after a reload.

import { draw, h, watchDrafts } from "./register-dom.js";
import { newEntry, overlaid } from "./register-model.js";
import { NO_CONNECTION, REFUSED, SENT, SIGNED_OUT, SOMEBODY_ELSE, ahead, fetchSheet, send } from "./register-send.js";
import { addEntries, changeEntry, forget, forgetOld, keepSheet, keptSheet, takeBack, unsent } from "./register-store.js";
import { register } from "./register-view.js";

const TRY_AGAIN = 10_000; // milliseconds
const LOOK_AGAIN = 60_000; // for what another tablet entered

const app = document.getElementById("register-app");
const place = document.getElementById("register-place");
// The page that the service gave has it; the one that the worker kept has not.
const form = document.getElementById("register-form");
const session = location.pathname.split("/").at(-2);

let sheet;
let offset = 0;
let state = { state: SENT };
let lastLook = 0;
let seen;

if (app && "indexedDB" in window && "locks" in navigator) start().catch(() => app.remove());

async function start() {
  await forgetOld(Date.now());
  const fetched = await fetchSheet(session);
  // Of a register that is done with nothing is kept, not for a moment.
  if (isDone(fetched.sheet) && (await forget(session))) return undefined;
  if (fetched.sheet) await keep(fetched.sheet);
  else await takeUp(fetched);
  if (!sheet) return nothingKept();
  if (sheet.status === "cancelled") return undefined;
  letReloadWork(app.dataset.worker);
  document.addEventListener("submit", clearBeforeSigningOut);
  form?.remove();
  if (!form) place.textContent = [`Session ${sheet.number}, ${sheet.site_name}`, ...sheet.themes.map((one) => one.title)].join("; ");
  watchDrafts(app);
  app.hidden = false;
  await show();
  await sendWhatWaits();
  addEventListener("online", sendWhatWaits);
  addEventListener("offline", sendWhatWaits);
  document.addEventListener("visibilitychange", () => document.hidden || sendWhatWaits());
  setInterval(tick, TRY_AGAIN);
  return undefined;
}

function isDone(one) {
  return Boolean(one) && (one.status === "cancelled" || Boolean(one.signed_off));
}

async function takeUp(fetched) {
  state = fetched;
  const kept = await keptSheet(session);
  if (kept) [sheet, offset] = [kept.sheet, kept.ahead];
}

async function keep(newer) {
  [sheet, offset] = [newer, ahead(newer)];
  await keepSheet(sheet, offset);
}

function nothingKept() {
  if (!form) place.textContent = "This device does not have this register, so it needs a connection to show it.";
}

function letReloadWork(worker) {
  // The page that the worker itself gave has none to name.
  if (worker && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker, { scope: "/scheduling/sessions/" }).catch(() => {});
    navigator.serviceWorker.ready.then(() => {
      app.dataset.reloads = "true";
    });
  }
}

// Whoever uses this device next is not to find names on it. What was not sent stays, and its names with it.
async function clearBeforeSigningOut(event) {
  if (!event.target.action.endsWith("/sign-out")) return;
  event.preventDefault();
  await forget(session);
  event.target.submit();
}

function now() {
  return new Date(Date.now() + offset);
}

async function enter(kind, content, more) {
  app.setAttribute("aria-busy", "true");
  await addEntries([newEntry(sheet, kind, content, { ...more, at: now().toISOString() })]);
  await show();
  app.setAttribute("aria-busy", "false");
  await sendWhatWaits();
}

const tools = {
  enter,
  redraw: (part) => drawLines(part),
  takeBack: async (entry) => {
    await takeBack(entry);
    await leaveOrShow();
  },
  takeBackSignature: async () => {
    for (const entry of await unsent(session)) if (entry.kind === "sign_off") await takeBack(entry);
    await show();
  },
  again: async (entry, reason) => {
    await changeEntry({ ...entry, reason: reason || entry.reason, sentence: undefined });
    await show();
    await sendWhatWaits();
  },
};

async function sendWhatWaits(asMine = false) {
  const sent = await send(session, { member: sheet.shown_to, asMine: asMine === true });
  state = sent;
  if (sent.sheet) [sheet, offset] = [sent.sheet, ahead(sent.sheet)];
  await leaveOrShow();
}

// With the signature at the service and nothing left here, the service's own page takes over.
async function leaveOrShow() {
  if (sheet.signed_off && (await forget(session))) location.reload();
  else await show();
}

async function tick() {
  if ((await unsent(session)).some((entry) => !entry.sentence)) return sendWhatWaits();
  if (document.hidden || Date.now() - lastLook < LOOK_AGAIN) return show();
  lastLook = Date.now();
  const fetched = await fetchSheet(session);
  state = fetched;
  if (fetched.sheet) await keep(fetched.sheet);
  return show();
}

async function show() {
  const entries = await unsent(session);
  const refused = entries.filter((entry) => entry.sentence);
  const begun = now() >= new Date(sheet.starts_at);
  const current = overlaid(sheet, entries);
  const disabled = !begun || Boolean(current.signed_off);
  sayHowItIs(entries.length - refused.length, begun);
  seen = [current, refused, { ...tools, disabled }];
  drawLines();
}

function drawLines(anew) {
  draw(document.getElementById("register-lines"), register(...seen), anew);
}

function sayHowItIs(count, begun) {
  const bar = document.getElementById("register-state");
  const waiting = count === 1 ? "1 entry waits" : `${count} entries wait`;
  const signIn = h("a", { href: `/scheduling/sign-in?next=${encodeURIComponent(location.pathname)}` }, "Sign in again");
  const asMine = h("button", { type: "button", class: "limber-register__link", onclick: () => sendWhatWaits(true) }, "Send them with my name");
  const words = {
    [SENT]: count ? [`${waiting} to be sent.`] : ["Everything is sent."],
    [NO_CONNECTION]: [count ? `No connection. ${waiting} on this device and will be sent.` : "No connection. You can go on: this device keeps what you enter."],
    [SIGNED_OUT]: [signIn, ` to send. ${waiting} on this device.`],
    [SOMEBODY_ELSE]: [`${waiting} that somebody else entered on this device. `, asMine, " or let them sign in."],
    [REFUSED]: [state.sentence ?? "", ` ${waiting} on this device.`],
  }[state.state];
  if (!begun) words.push(` The register opens at ${new Date(Date.parse(sheet.starts_at)).toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", timeZone: "Europe/London" })}.`);
  const text = words.map((part) => part.textContent ?? part).join("");
  if (bar.textContent === text) return;
  bar.dataset.state = state.state;
  bar.dataset.waiting = count;
  bar.replaceChildren(...words);
}

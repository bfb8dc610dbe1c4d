// Fills every <section data-part-src="/…" data-part-name="…"> with the fragment that its service gives.
import { initAll } from "./nhsuk-frontend.js";

const PATIENCE = 10_000; // milliseconds

export function fillParts(page) {
  for (const section of page.querySelectorAll("[data-part-src]")) fill(section);
}

async function fill(section) {
  const body = section.querySelector("[data-part-body]") ?? section.appendChild(document.createElement("div"));
  section.setAttribute("aria-busy", "true");
  say(body, "Loading…");
  body.setAttribute("aria-live", "polite"); // a failure is announced; "Loading…" and whole tables are not
  const answer = await ask(section.dataset.partSrc);
  section.setAttribute("aria-busy", "false");
  section.dataset.partState = answer.state;
  if (answer.state === "shown") {
    body.removeAttribute("aria-live");
    body.innerHTML = answer.html;
    initAll({ scope: body });
  } else {
    say(body, answer.sentence);
    if (answer.state === "unavailable") body.append(tryAgain(section));
    if (answer.state === "signed-out") body.firstChild.replaceChildren(signIn(section, answer.sentence));
  }
  return body;
}

// The button that was pressed is gone by now: without this, a keyboard or screen reader user would be back at the top of the page.
async function fillAgain(section) {
  const body = await fill(section);
  body.tabIndex = -1;
  body.focus();
}

async function ask(src) {
  try {
    const response = await fetch(src, {
      headers: { Accept: "text/html", "Limber-Part": "1" },
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.type === "opaqueredirect" || response.status === 401) {
      return { state: "signed-out", sentence: "Sign in again to see this part." };
    }
    if (response.status === 403) return { state: "refused", sentence: "You do not have permission to see this part." };
    if (response.ok && response.headers.get("Content-Type")?.startsWith("text/html")) {
      return { state: "shown", html: await response.text() };
    }
  } catch {
    // No answer at all, or not in time: the same to the reader as a failure.
  }
  return { state: "unavailable", sentence: "This part is not available at the moment." };
}

function say(body, sentence) {
  const paragraph = document.createElement("p");
  paragraph.textContent = sentence;
  body.replaceChildren(paragraph);
}

function signIn(section, sentence) {
  const link = document.createElement("a");
  const service = new URL(section.dataset.partSrc, location.href).pathname.split("/")[1];
  link.href = `/${service}/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = sentence;
  return link;
}

function tryAgain(section) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
  button.textContent = "Try again";
  const which = document.createElement("span");
  which.className = "nhsuk-u-visually-hidden";
  which.textContent = `to show ${section.dataset.partName ?? "this part"}`;
  button.append(which);
  button.addEventListener("click", () => fillAgain(section), { once: true });
  return button;
}

// Building elements, and drawing a page anew without losing what somebody is typing or where they are.

// h("p", { class: "nhsuk-hint" }, "text", child, …): a property that is false, null or undefined is left out.
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (value === false || value == null) continue;
    if (property.startsWith("on")) element.addEventListener(property.slice(2), value);
    else if (property === "value" || property === "checked" || property === "open") element[property] = value;
    else element.setAttribute(property, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== false && child != null && child !== ""));
  return element;
}

// Fields that were typed into and not saved: what they hold is kept by their id, whatever is drawn meanwhile.
const drafts = new Map();
const opened = new Set();

export function draft(id, otherwise = "") {
  return drafts.has(id) ? drafts.get(id) : (otherwise ?? "");
}

export function forgetDrafts(...ids) {
  for (const id of ids) drafts.delete(id);
}

export function isOpen(id) {
  return opened.has(id);
}

export function setOpen(id, open) {
  if (open) opened.add(id);
  else opened.delete(id);
}

export function watchDrafts(root) {
  const keep = ({ target }) => {
    if (target.dataset.draft !== undefined) drafts.set(target.id, target.value);
  };
  // Before any part of the page acts on it.
  root.addEventListener("input", keep, { capture: true });
  root.addEventListener("change", keep, { capture: true });
}

const drawn = new Map();
// Who entered something and when is not shown: news of it alone is no reason to draw a part anew.
const UNSEEN = new Set(["at", "by", "reason", "removed", "waits"]);

function whatShows(what) {
  return JSON.stringify(what, (_, value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([name]) => !UNSEEN.has(name)).sort());
  });
}

// Puts the parts into `root`, [key, what it shows, build], building those anew that show something else than before or are
// named `anew`. Whoever was in a field stays there.
export function draw(root, parts, anew) {
  const { id, selectionStart, selectionEnd } = root.contains(document.activeElement) ? document.activeElement : {};
  const elements = parts.map(([key, what, build]) => {
    const shows = whatShows(what);
    const before = drawn.get(key);
    if (before?.shows !== shows || key === anew) drawn.set(key, { shows, element: build() });
    return drawn.get(key).element;
  });
  const same = elements.length === root.children.length && elements.every((element, place) => element === root.children[place]);
  if (same) return;
  for (const [place, element] of elements.entries()) {
    if (root.children[place] !== element) root.insertBefore(element, root.children[place] ?? null);
  }
  while (root.children.length > elements.length) root.lastElementChild.remove();
  const again = id && !root.contains(document.activeElement) && document.getElementById(id);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (selectionStart != null) again.setSelectionRange?.(selectionStart, selectionEnd);
}

// An input of the design system with its label and, where there is one, its error.
export function field(id, label, { type = "text", value, hint, error, width, more = {} } = {}) {
  const control =
    type === "textarea"
      ? h("textarea", { class: "nhsuk-textarea", id, rows: 3, "data-draft": "", ...described(id, hint, error), ...more })
      : h("input", {
          class: `nhsuk-input${width ? ` nhsuk-input--width-${width}` : ""}`,
          id,
          type: "text",
          inputmode: type === "number" ? "decimal" : null,
          autocomplete: "off",
          "data-draft": "",
          ...described(id, hint, error),
          ...more,
        });
  control.value = draft(id, value);
  return h(
    "div",
    { class: `nhsuk-form-group${error ? " nhsuk-form-group--error" : ""}` },
    h("label", { class: "nhsuk-label", for: id }, label),
    hint && h("div", { class: "nhsuk-hint", id: `${id}-hint` }, hint),
    error && h("span", { class: "nhsuk-error-message", id: `${id}-error`, role: "alert" }, error),
    control,
  );
}

export function choice(id, label, options, { value, error, blank = "Choose" } = {}) {
  const chosen = draft(id, value);
  const select = h(
    "select",
    { class: "nhsuk-select", id, "data-draft": "", ...described(id, "", error) },
    h("option", { value: "" }, blank),
    ...options.map(([code, words]) => h("option", { value: code, selected: String(code) === chosen }, words)),
  );
  return h(
    "div",
    { class: `nhsuk-form-group${error ? " nhsuk-form-group--error" : ""}` },
    h("label", { class: "nhsuk-label", for: id }, label),
    error && h("span", { class: "nhsuk-error-message", id: `${id}-error`, role: "alert" }, error),
    select,
  );
}

export function button(id, words, onclick, { kind = "secondary", about } = {}) {
  return h(
    "button",
    { class: `nhsuk-button nhsuk-button--${kind} limber-register__button`, id, type: "button", onclick },
    words,
    about && h("span", { class: "nhsuk-u-visually-hidden" }, ` ${about}`),
  );
}

// A part that is folded away, open again after each drawing if it was.
export function folded(id, summary, ...content) {
  const details = h(
    "details",
    { class: "nhsuk-details limber-register__details", id, open: isOpen(id) },
    h("summary", { class: "nhsuk-details__summary", id: `${id}-summary` }, h("span", { class: "nhsuk-details__summary-text" }, summary)),
    h("div", { class: "nhsuk-details__text" }, ...content),
  );
  details.addEventListener("toggle", () => setOpen(id, details.open));
  return details;
}

function described(id, hint, error) {
  const by = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return { "aria-describedby": by || null, "aria-invalid": error ? "true" : null };
}

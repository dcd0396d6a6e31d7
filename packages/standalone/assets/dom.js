// @ts-check
/*
 * Everything on the page is made here, from names and texts of our own and texts of others. Those of
 * others are only ever text: nothing on this page parses HTML.
 */

/** @typedef {string | number | boolean | undefined | ((event: never) => void)} AttributeValue */
/** @typedef {Node | string | undefined | false} Child */

/**
 * @param {Element} target
 * @param {Readonly<Record<string, AttributeValue>>} attributes
 * @param {readonly Child[]} children
 */
function fill(target, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function')
      target.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else target.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child !== undefined && child !== false && child !== '') target.append(child);
  }
}

/**
 * Makes an element. A function becomes a listener (`onclick`); `undefined` and `false` are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, AttributeValue>>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

/**
 * The same for SVG.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, AttributeValue>>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  fill(made, attributes, children);
  return made;
}

/**
 * Finds an element of index.html.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element "${id}".`);
  return found;
}

/**
 * A button.
 *
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 * @param {Readonly<Record<string, AttributeValue>>} [attributes]
 */
export function button(label, onclick, attributes = {}) {
  return element('button', { type: 'button', onclick, ...attributes }, label);
}

/**
 * A labelled form field with room for a hint.
 *
 * @param {string} label
 * @param {HTMLElement} field gets an id
 * @param {string} [hint]
 */
export function labelled(label, field, hint) {
  field.id ||= `field-${String((fieldCount += 1))}`;
  const hintId = `${field.id}-hint`;
  if (hint !== undefined) field.setAttribute('aria-describedby', hintId);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: field.id }, label),
    field,
    hint !== undefined && element('small', { id: hintId }, hint),
  );
}
let fieldCount = 0;

/**
 * A button that puts a text into the clipboard, and says so in its own label.
 *
 * @param {() => string} text
 * @param {string} what what is copied, for screen readers
 */
export function copyButton(text, what) {
  const copy = button(
    'Copy',
    () => {
      writeToClipboard(text()).then(
        () => {
          copy.textContent = 'Copied';
          setTimeout(() => {
            copy.textContent = 'Copy';
          }, 2000);
        },
        () => {
          copy.textContent = 'Not allowed';
        },
      );
    },
    { class: 'quiet copy', 'aria-label': `Copy ${what}` },
  );
  return copy;
}

/** @param {string} text */
async function writeToClipboard(text) {
  await navigator.clipboard.writeText(text);
}

/**
 * A line to be copied.
 *
 * @param {string} text
 * @param {string} what
 */
export function copyLine(text, what) {
  return element(
    'div',
    { class: 'copy-line' },
    element('code', {}, text),
    copyButton(() => text, what),
  );
}

/**
 * A list of terms and what they stand for; entries without a value are left out.
 *
 * @param {readonly (readonly [string, Child])[]} entries
 */
export function facts(entries) {
  const list = element('dl', { class: 'facts' });
  for (const [term, value] of entries) {
    if (value === undefined || value === false) continue;
    list.append(element('div', {}, element('dt', {}, term), element('dd', {}, value)));
  }
  return list;
}

/**
 * A table with a caption for screen readers.
 *
 * @param {string} caption
 * @param {readonly string[]} headings
 * @param {HTMLTableSectionElement} body
 */
export function table(caption, headings, body) {
  const row = element('tr', {}, ...headings.map((text) => element('th', { scope: 'col' }, text)));
  return element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', { class: 'visually-hidden' }, caption),
      element('thead', {}, row),
      body,
    ),
  );
}

/**
 * Lets a click anywhere in a row do what its first link does. The link is what keyboards use.
 *
 * @param {MouseEvent} event
 */
export function followRow(event) {
  const { target, currentTarget } = event;
  if (!(target instanceof Element) || !(currentTarget instanceof Element)) return;
  const isOwn = target.closest('a, button') !== null;
  // Who marks text to copy it does not want to go elsewhere.
  if (isOwn || getSelection()?.isCollapsed === false) return;
  currentTarget.querySelector('a')?.click();
}

/**
 * Makes the children of a node those of the list, moving and making only what differs: what has the
 * focus or is being selected stays.
 *
 * @template Item
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Element} make
 */
export function updateChildren(parent, items, keyOf, make) {
  /** @type {Map<string, Element>} */
  const present = new Map();
  for (const child of parent.children) present.set(child.getAttribute('data-key') ?? '', child);
  const wanted = new Set(items.map(keyOf));
  for (const [key, child] of present) if (!wanted.has(key)) child.remove();
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    if (next !== null && next.getAttribute('data-key') === key) {
      next = next.nextElementSibling;
      continue;
    }
    const child = present.get(key) ?? make(item);
    child.setAttribute('data-key', key);
    parent.insertBefore(child, next);
  }
}

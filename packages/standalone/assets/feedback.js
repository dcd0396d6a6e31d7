// @ts-check
import { byId, button, element } from './dom.js';

const shownMs = 6000;

/**
 * Says something at the lower edge, and to screen readers. What went well goes by itself.
 *
 * @param {string} text
 * @param {'good' | 'bad'} [mood]
 */
export function notify(text, mood = 'good') {
  const region = byId('notices');
  const notice = element('div', { class: `notice ${mood}` }, element('span', {}, text));
  const close = button(
    '×',
    () => {
      notice.remove();
    },
    { class: 'quiet', 'aria-label': 'Dismiss' },
  );
  notice.append(close);
  while (region.childElementCount > 3) region.firstElementChild?.remove();
  region.append(notice);
  if (mood === 'good')
    setTimeout(() => {
      notice.remove();
    }, shownMs);
}

/**
 * A place for the error of a form: empty until there is one, and read out when there is.
 *
 * @returns {{ place: HTMLElement, show: (text: string) => void, clear: () => void }}
 */
export function errorPlace() {
  const place = element('p', { class: 'error', role: 'alert' });
  return {
    place,
    show: (text) => {
      place.textContent = text;
    },
    clear: () => {
      place.textContent = '';
    },
  };
}

/**
 * Opens a dialog above the page; it goes when it is closed, by Esc too, and gives the focus back.
 *
 * @param {string} title
 * @param {string} name a class
 * @param {readonly Node[]} children
 * @param {() => void} [onClose]
 */
export function openDialog(title, name, children, onClose) {
  const heading = element('h2', { id: `${name}-title` }, title);
  const dialog = element(
    'dialog',
    { class: `dialog ${name}`, 'aria-labelledby': heading.id },
    element(
      'div',
      { class: 'dialog-top' },
      heading,
      button(
        '×',
        () => {
          dialog.close();
        },
        { class: 'quiet', 'aria-label': 'Close' },
      ),
    ),
    ...children,
  );
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    onClose?.();
  });
  // A press on the backdrop has the dialog itself as its target. Forms do not go by a slip.
  dialog.addEventListener('pointerdown', (event) => {
    if (event.target === dialog && name === 'sheet') dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something cannot be undone.
 *
 * @param {string} question
 * @param {string} explanation
 * @param {string} verb
 * @returns {Promise<boolean>}
 */
export function askFirst(question, explanation, verb) {
  return new Promise((resolve) => {
    let agreed = false;
    const cancel = button('Cancel', () => {
      dialog.close();
    });
    const agree = button(
      verb,
      () => {
        agreed = true;
        dialog.close();
      },
      { class: 'danger' },
    );
    const dialog = openDialog(
      question,
      'question',
      [element('p', {}, explanation), element('div', { class: 'row end' }, cancel, agree)],
      () => {
        resolve(agreed);
      },
    );
    cancel.focus();
  });
}

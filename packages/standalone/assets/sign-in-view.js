// @ts-check
import { messageOf } from './api.js';
import { button, element, labelled } from './dom.js';
import { errorPlace } from './feedback.js';
import { signIn } from './session.js';

/**
 * Asks for an auth key.
 *
 * @param {import('./session.js').Start} start
 * @param {HTMLElement} main
 * @param {string | undefined} reason why there is none
 * @param {(session: import('./session.js').Session) => void} onSession
 */
export function showSignIn(start, main, reason, onSession) {
  const { place, show, clear } = errorPlace();
  const field = element('input', {
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    placeholder: 'uuid:key',
  });
  const { guestKey } = start;

  /** @param {string} authKey */
  async function enter(authKey) {
    clear();
    try {
      onSession(await signIn(start, authKey));
    } catch (error) {
      show(messageOf(error));
      field.focus();
    }
  }

  const form = element(
    'form',
    {
      class: 'card sign-in',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void enter(field.value.trim());
      },
    },
    element('h1', {}, 'Sign in'),
    element('p', {}, reason ?? 'This page uses the REST API with your auth key, as wsk does.'),
    labelled(
      'Auth key',
      field,
      'It stays in the memory of this page: a reload forgets it. wsk property get --auth prints the one that wsk uses.',
    ),
    place,
    element(
      'div',
      { class: 'row' },
      element('button', { class: 'primary' }, 'Sign in'),
      guestKey !== undefined &&
        button('Go on as guest', () => void enter(guestKey), { class: 'quiet' }),
    ),
  );
  main.replaceChildren(form);
  field.focus();
}

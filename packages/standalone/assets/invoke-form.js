// @ts-check
import { actionPath, actionText } from './action.js';
import { apiPath, messageOf, toError } from './api.js';
import { button, element, labelled } from './dom.js';
import { errorPlace } from './feedback.js';
import { formatDuration } from './format.js';
import { indentJson, objectFault, parseJson } from './json-text.js';
import { recordPanel } from './record-panel.js';
import { keepArguments, lastArguments } from './session.js';

/** So many pixels of the outcome are to be seen. */
const outcomeSeenMin = 120;
const recordPollMs = 1000;
/** Records are there before the answer; should one not be, it is asked for so often. */
const recordAttempts = 600;

/**
 * A form that invokes an action and shows what became of it.
 *
 * @param {import('./session.js').Session} session
 * @param {{ package: string | undefined, name: string }} identifier
 * @param {() => void} onDone
 */
export function invokeForm(session, identifier, onDone) {
  const { api } = session;
  const path = actionText(identifier);
  const { place, show, clear } = errorPlace();
  const editor = element('textarea', {
    rows: 6,
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    'aria-keyshortcuts': 'Control+Enter',
    oninput: () => {
      editor.removeAttribute('aria-invalid');
      clear();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
    },
  });
  editor.value = lastArguments(session, path) ?? '{}';
  const submit = element('button', { class: 'primary' }, 'Invoke');
  const stop = button('Stop waiting', () => waiting?.abort(), { hidden: true });
  const progress = element('span', { class: 'muted', role: 'status' });
  const outcome = element('section', {
    class: 'card outcome',
    'aria-label': 'Outcome',
    hidden: true,
  });
  /** @type {AbortController | undefined} */
  let waiting;

  async function invoke() {
    if (waiting !== undefined) return;
    const text = editor.value.trim() === '' ? '{}' : editor.value;
    const fault = objectFault(text);
    if (fault !== undefined) {
      editor.setAttribute('aria-invalid', 'true');
      show(fault);
      editor.focus();
      return;
    }
    clear();
    keepArguments(session, path, text);
    waiting = new AbortController();
    submit.disabled = true;
    stop.hidden = false;
    const begin = performance.now();
    progress.textContent = 'Running…';
    const ticking = setInterval(() => {
      progress.textContent = `Running… ${formatDuration(Math.round((performance.now() - begin) / 100) * 100)}`;
    }, 1000);
    try {
      const record = await runAction(text, waiting.signal);
      outcome.replaceChildren(element('h2', {}, 'Outcome'), recordPanel(record));
      outcome.hidden = false;
      // Where there is one column it lies below what is seen; elsewhere nothing is to move.
      if (outcome.getBoundingClientRect().top > innerHeight - outcomeSeenMin)
        outcome.scrollIntoView();
      const { response } = /** @type {import('./wire.js').ActivationDocument} */ (
        parseJson(record)
      );
      progress.textContent = `Done: ${response?.status ?? 'no status'}, ${formatDuration(Math.round(performance.now() - begin))} as seen from here.`;
    } catch (error) {
      progress.textContent = '';
      if (waiting.signal.aborted)
        show('No longer waited for. It goes on, and its record will be among the activations.');
      else show(messageOf(error));
    } finally {
      clearInterval(ticking);
      waiting = undefined;
      submit.disabled = false;
      stop.hidden = true;
      onDone();
    }
  }

  /**
   * @param {string} text
   * @param {AbortSignal} signal
   * @returns {Promise<string>} the record
   */
  async function runAction(text, signal) {
    const answer = await api.send('POST', `${actionPath(identifier)}?blocking=true`, {
      body: text,
      signal,
    });
    // The answer may be the record, without its logs, or only the id, or a bare result that is a list.
    const id = answer.headers.get('x-openwhisk-activation-id') ?? acceptedId(answer);
    if (id === undefined) throw toError(answer);
    for (let attempt = 1; attempt <= recordAttempts; attempt += 1) {
      const found = await api.send('GET', apiPath('activations', id), { signal });
      if (found.status === 200) return found.text;
      if (found.status !== 404) throw toError(found);
      progress.textContent = `Accepted as ${id}; it is not over yet.`;
      await pause(recordPollMs, signal);
    }
    throw new Error(`The activation ${id} has no record yet. Look for it among the activations.`);
  }

  const form = element(
    'form',
    {
      class: 'card',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void invoke();
      },
    },
    element('h2', {}, 'Invoke'),
    labelled(
      'Arguments, a JSON object',
      editor,
      'Ctrl + Enter invokes. Numbers arrive exactly as you write them.',
    ),
    place,
    element(
      'div',
      { class: 'row' },
      submit,
      stop,
      button(
        'Tidy up',
        () => {
          const fault = objectFault(editor.value);
          if (fault === undefined) editor.value = indentJson(editor.value);
          else show(fault);
        },
        { class: 'quiet' },
      ),
      progress,
    ),
  );
  return element('div', { class: 'stack' }, form, outcome);
}

/**
 * The activation id of an answer that has nothing else.
 *
 * @param {import('./api.js').Answer} answer
 */
function acceptedId({ status, text }) {
  if (status !== 202) return undefined;
  return /** @type {{ activationId: string }} */ (parseJson(text)).activationId;
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('No longer waited for.', 'AbortError'));
    });
  });
}

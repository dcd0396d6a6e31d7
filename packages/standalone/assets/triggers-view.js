// @ts-check
import { apiPath, messageOf } from './api.js';
import { button, copyLine, element, labelled, table } from './dom.js';
import { errorPlace, notify, openDialog } from './feedback.js';
import { formatTime } from './format.js';
import { objectFault, parseJson } from './json-text.js';
import { actionHash, toHash } from './routes.js';
import { keepArguments, lastArguments } from './session.js';
import { readRules, readTriggers } from './triggers.js';

/** So many rules are asked for their status; the answers of a list lack it. */
const statusesMax = 200;

/**
 * Triggers and rules. They are made with `wsk`; here triggers can be fired.
 *
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} main
 */
export function showTriggers(session, main) {
  const { api } = session;
  const triggers = element('section', {}, element('p', { class: 'muted' }, 'Loading…'));
  const rules = element('section', {}, element('p', { class: 'muted' }, 'Loading…'));
  main.replaceChildren(
    element(
      'div',
      { class: 'row between' },
      element('h1', {}, 'Triggers and rules'),
      button('Refresh', () => void load()),
    ),
    element('h2', {}, 'Triggers'),
    triggers,
    element('h2', {}, 'Rules'),
    rules,
  );

  async function load() {
    try {
      const [triggerList, ruleList] = await Promise.all([readTriggers(api), readRules(api)]);
      triggers.replaceChildren(...triggerPart(triggerList));
      rules.replaceChildren(...rulePart(ruleList));
    } catch (error) {
      triggers.replaceChildren(element('p', { class: 'error', role: 'alert' }, messageOf(error)));
      rules.replaceChildren();
    }
  }

  /** @param {readonly import('./wire.js').TriggerDocument[]} list */
  function triggerPart(list) {
    if (list.length === 0) {
      return [
        element(
          'p',
          { class: 'muted' },
          'There is none. A trigger is an event by name; make one with',
        ),
        copyLine('wsk trigger create tick', 'the command that makes a trigger'),
      ];
    }
    const rows = list.map((trigger) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, trigger.name),
        element('td', {}, trigger.version),
        element('td', {}, formatTime(trigger.updated)),
        element(
          'td',
          {},
          button(
            'Fire',
            () => {
              openFire(session, trigger.name);
            },
            {
              'aria-label': `Fire ${trigger.name}`,
            },
          ),
        ),
      ),
    );
    return [table('Triggers', ['Name', 'Version', 'Updated', ''], element('tbody', {}, ...rows))];
  }

  /** @param {readonly import('./wire.js').RuleDocument[]} list */
  function rulePart(list) {
    if (list.length === 0) {
      return [
        element(
          'p',
          { class: 'muted' },
          'There is none. A rule invokes an action whenever a trigger fires:',
        ),
        copyLine('wsk rule create onTick tick hello', 'the command that makes a rule'),
      ];
    }
    const rows = list.map((rule, index) => {
      const status = element('td', {}, rule.status ?? '…');
      if (rule.status === undefined && index < statusesMax) void readStatus(rule.name, status);
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, rule.name),
        element('td', {}, rule.trigger.name),
        element('td', {}, actionLink(session.namespace, rule.action)),
        status,
      );
    });
    return [table('Rules', ['Name', 'When', 'Then', 'Status'], element('tbody', {}, ...rows))];
  }

  /** @param {string} name @param {HTMLElement} place */
  async function readStatus(name, place) {
    try {
      const rule = /** @type {import('./wire.js').RuleDocument} */ (
        await api.read(apiPath('rules', name))
      );
      place.textContent = rule.status ?? 'unknown';
    } catch (error) {
      place.textContent = messageOf(error);
    }
  }

  void load();
  return { refresh: () => void load() };
}

/**
 * @param {string} namespace
 * @param {import('./wire.js').RuleDocument['action']} action
 */
function actionLink(namespace, action) {
  const { name } = action;
  const [owner = '', inPackage] = action.path.split('/');
  const text = inPackage === undefined ? name : `${inPackage}/${name}`;
  return owner === namespace
    ? element('a', { href: actionHash({ package: inPackage, name }) }, text)
    : `${owner}/${text}`;
}

/**
 * @param {import('./session.js').Session} session
 * @param {string} name
 */
function openFire(session, name) {
  const { place, show, clear } = errorPlace();
  const path = `trigger ${name}`;
  const editor = element('textarea', { rows: 5, spellcheck: 'false', oninput: clear });
  editor.value = lastArguments(session, path) ?? '{}';

  async function fire() {
    const fault = objectFault(editor.value);
    if (fault !== undefined) {
      show(fault);
      editor.focus();
      return;
    }
    keepArguments(session, path, editor.value);
    try {
      const answer = await session.api.succeed('POST', apiPath('triggers', name), {
        body: editor.value,
      });
      dialog.close();
      if (answer.status === 204) {
        notify(`${name} has no active rule: nothing happened.`);
        return;
      }
      notify(`${name} was fired.`);
      const { activationId } = /** @type {{ activationId: string }} */ (parseJson(answer.text));
      location.hash = toHash('activations', activationId);
    } catch (error) {
      show(messageOf(error));
    }
  }

  const form = element(
    'form',
    {
      class: 'dialog-body',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void fire();
      },
    },
    labelled('Payload, a JSON object', editor),
    place,
    element(
      'div',
      { class: 'row end' },
      button('Cancel', () => {
        dialog.close();
      }),
      element('button', { class: 'primary' }, 'Fire'),
    ),
  );
  const dialog = openDialog(`Fire ${name}`, 'fire', [form]);
  editor.focus();
}

// @ts-check
import { actionPath, actionText } from './action.js';
import { ApiError, apiPath, messageOf } from './api.js';
import { button, element, labelled } from './dom.js';
import { errorPlace, notify, openDialog } from './feedback.js';
import { formatBytes } from './format.js';
import { membersOf, objectFault } from './json-text.js';
import { readPackages } from './packages.js';
import { actionHash } from './routes.js';
import { encodeFile, nameFromFile } from './upload-file.js';

/** @typedef {{ package: string | undefined, name: string }} Identifier */

/**
 * Opens the form that deploys an action.
 *
 * @param {import('./session.js').Session} session
 * @param {object} [options]
 * @param {Identifier} [options.target] the action that gets new code
 * @param {File | undefined} [options.dropped]
 * @param {() => void} [options.onSame] told when the action whose page is open was deployed
 */
export function openUpload(session, { target, dropped, onSame } = {}) {
  const { api, start } = session;
  const { place, show, clear } = errorPlace();
  const size = element('p', { class: 'muted' }, 'or drop a file here');
  const file = element('input', {
    type: 'file',
    accept: '.wasm,.zip,application/wasm,application/zip',
    required: true,
    onchange: chosen,
  });
  const name = element('input', {
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 256,
  });
  const inPackage = element('input', {
    autocomplete: 'off',
    spellcheck: 'false',
    list: 'packages',
  });
  const packages = element('datalist', { id: 'packages' });
  const kind = element('select', {}, ...start.kinds.map((one) => element('option', {}, one)));
  const web = element('input', { type: 'checkbox' });
  const overwrite = element('input', { type: 'checkbox' });
  const timeout = element('input', { type: 'number', min: 1, placeholder: 'default' });
  const memory = element('input', { type: 'number', min: 1, placeholder: 'default' });
  const annotations = element('textarea', {
    rows: 2,
    spellcheck: 'false',
    placeholder: '{"description": "adds numbers"}',
  });
  const progress = element('progress', { max: 1, hidden: true, 'aria-label': 'Upload' });
  const submit = element('button', { class: 'primary' }, 'Upload');
  const stopping = new AbortController();

  function chosen() {
    clear();
    const one = file.files?.[0];
    if (one === undefined) return;
    size.textContent = `${one.name}, ${formatBytes(one.size)}`;
    if (name.value === '') name.value = nameFromFile(one.name);
  }

  /** @param {File} one */
  function take(one) {
    const transfer = new DataTransfer();
    transfer.items.add(one);
    file.files = transfer.files;
    chosen();
  }

  const drop = element(
    'div',
    {
      class: 'drop',
      ondragover: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        drop.classList.add('over');
      },
      ondragleave: () => {
        drop.classList.remove('over');
      },
      ondrop: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        event.stopPropagation();
        drop.classList.remove('over');
        const one = event.dataTransfer?.files[0];
        if (one !== undefined) take(one);
      },
    },
    labelled('WebAssembly module, component, or zip with one inside', file),
    size,
  );

  async function upload() {
    clear();
    const one = file.files?.[0];
    if (one === undefined) return;
    /** @type {Identifier} */
    const identifier = { package: inPackage.value.trim() || undefined, name: name.value.trim() };
    submit.disabled = true;
    try {
      const { exists } = await inspect(identifier);
      if (exists && !overwrite.checked) {
        overwrite.focus();
        throw new Error(
          `${actionText(identifier)} exists. Tick "Overwrite" to give it new code, or take another name.`,
        );
      }
      const code = await encodeFile(one, start.codeBytesMax);
      const body = toBody(code);
      if (identifier.package !== undefined) await ensurePackage(identifier.package);
      progress.hidden = false;
      progress.value = 0;
      const path = `${actionPath(identifier)}?overwrite=${String(overwrite.checked)}`;
      await api.put(path, body, (sent) => (progress.value = sent), stopping.signal);
      notify(`${actionText(identifier)} is deployed.`);
      dialog.close();
      const hash = actionHash(identifier);
      if (location.hash === hash) onSame?.();
      else location.hash = hash;
    } catch (error) {
      if (!stopping.signal.aborted) show(messageOf(error));
    } finally {
      progress.hidden = true;
      submit.disabled = false;
    }
  }

  /** @param {Identifier} identifier */
  async function inspect(identifier) {
    // Asked before a large body is sent for nothing.
    const answer = await api.send('GET', `${actionPath(identifier)}?code=false`);
    return { exists: answer.status === 200 };
  }

  /** @param {string} packageName */
  async function ensurePackage(packageName) {
    const path = apiPath('packages', packageName);
    const found = await api.send('GET', path);
    if (found.status !== 404) return;
    await api.succeed('PUT', path, { body: '{}' });
  }

  /**
   * The document, with annotations exactly as they were typed.
   *
   * @param {string} code
   */
  function toBody(code) {
    const typed = annotations.value.trim();
    if (typed !== '' && objectFault(typed) !== undefined) {
      annotations.focus();
      throw new Error('Annotations are one JSON object, such as {"description": "adds numbers"}.');
    }
    const pairs = [...membersOf(typed)].map(
      ([key, value]) => `{"key":${JSON.stringify(key)},"value":${value}}`,
    );
    if (web.checked) pairs.push('{"key":"web-export","value":true}');
    const limits = {
      ...(timeout.value === '' ? {} : { timeout: Number(timeout.value) }),
      ...(memory.value === '' ? {} : { memory: Number(memory.value) }),
    };
    const parts = [`"exec":{"kind":${JSON.stringify(kind.value)},"code":"${code}"}`];
    if (pairs.length > 0) parts.push(`"annotations":[${pairs.join(',')}]`);
    if (Object.keys(limits).length > 0) parts.push(`"limits":${JSON.stringify(limits)}`);
    return `{${parts.join(',')}}`;
  }

  async function loadPackages() {
    const own = (await readPackages(api)).filter(({ binding }) => binding === false);
    packages.replaceChildren(...own.map((one) => element('option', { value: one.name })));
  }

  const form = element(
    'form',
    {
      class: 'dialog-body',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void upload();
      },
    },
    drop,
    element(
      'div',
      { class: 'pair' },
      labelled('Name', name),
      labelled('Package (optional)', inPackage, 'One that does not exist is created.'),
    ),
    packages,
    check('Web action: anybody may call it by URL', web),
    check('Overwrite an action of this name', overwrite),
    element(
      'details',
      {},
      element('summary', {}, 'More'),
      element(
        'div',
        { class: 'pair' },
        labelled('Time limit in ms', timeout),
        labelled('Memory limit in MiB', memory),
      ),
      labelled('Kind', kind),
      labelled('Annotations, a JSON object', annotations),
    ),
    place,
    progress,
    element(
      'div',
      { class: 'row end' },
      button('Cancel', () => {
        dialog.close();
      }),
      submit,
    ),
  );
  const title = target === undefined ? 'Upload an action' : `New code for ${actionText(target)}`;
  const dialog = openDialog(title, 'upload', [form], () => {
    stopping.abort();
  });
  if (target !== undefined) {
    name.value = target.name;
    inPackage.value = target.package ?? '';
    overwrite.checked = true;
  }
  if (dropped !== undefined) take(dropped);
  (dropped === undefined ? file : name).focus();
  loadPackages().catch((/** @type {unknown} */ error) => {
    // Only suggestions: the form works without.
    if (!(error instanceof ApiError)) throw error;
  });
}

/**
 * @param {string} label
 * @param {HTMLInputElement} field
 */
function check(label, field) {
  return element('label', { class: 'check' }, field, label);
}

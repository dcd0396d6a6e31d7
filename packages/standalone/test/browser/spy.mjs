// What a page of an attacker tries, from wherever it runs. Sent to a browser behind two constants:
// `AUTHORIZATION` is the header of a key that everybody knows, `WORKER` the path of this file as a script.

/* global AUTHORIZATION, WORKER */

const rest = '/api/v1/namespaces';
const headers = { authorization: AUTHORIZATION };

/** What an attempt leads to, as text: never a rejection. */
async function outcome(attempt) {
  try {
    const value = await Promise.race([attempt(), later('nothing came')]);
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch (error) {
    return `refused: ${error?.name ?? 'error'}`;
  }
}

function later(value) {
  return new Promise((resolve) => setTimeout(resolve, 3000, value));
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  return `${String(answer.status)} ${await answer.text()}`;
}

/** From pages and workers alike. */
const requests = {
  'GET with a key': () => ask(rest, { headers }),
  'GET with a key, same-origin': () => ask(rest, { headers, mode: 'same-origin' }),
  'GET without a referrer': () => ask(rest, { headers, referrerPolicy: 'no-referrer' }),
  'GET with credentials': () => ask(rest, { credentials: 'include' }),
  'GET from the cache': () => ask(rest, { headers, cache: 'force-cache' }),
  'GET with a made-up token': () =>
    ask(rest, { headers: { ...headers, 'x-wasmwhisk-page': 'x'.repeat(43) } }),
  'POST with a key': () =>
    ask('/api/v1/namespaces/_/actions/spy?blocking=true', { method: 'POST', headers }),
  'PUT with a key': () =>
    ask('/api/v1/namespaces/_/packages/spied', { method: 'PUT', headers, body: '{}' }),
  'the data of the page': () => ask('/page/data/start', {}),
  'the sizes of codes': () => ask('/page/data/code-sizes', { headers }),
  'the APIs': () => ask('/api/v1/web/whisk.system/apimgmt/getApi.http', { headers }),
  'the document of the page': () => ask('/', { headers: { accept: 'text/html' } }),
  'the cached document': () =>
    ask('/', { headers: { accept: 'text/html' }, cache: 'only-if-cached', mode: 'same-origin' }),
};

/** Only pages have these. */
const windowAttempts = {
  'session storage': () => Object.entries(sessionStorage),
  'local storage': () => Object.entries(localStorage),
  cookies: () => document.cookie,
  databases: async () => (await indexedDB.databases()).map(({ name }) => name),
  caches: async () => await caches.keys(),
  'the state of the history': () => [history.state, name],
  'the opener': () => opener?.document.body.textContent ?? 'none',
  'a frame of the page': () => framed({ src: '/' }),
  'a frame of the REST API': () => framed({ src: rest }),
  'a window of the page': async () => {
    const opened = open('/', 'spied');
    if (opened === null) return 'blocked';
    for (let tries = 0; tries < 20; tries += 1) {
      const text = opened.document.body?.textContent ?? '';
      if (text.includes('wasmwhisk')) return `${text} ${opened.document.head.innerHTML}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return 'nothing in it';
  },
  'a sandboxed frame': () =>
    framed({ sandbox: 'allow-scripts', srcdoc: frameText('{ authorization: AUTHORIZATION }') }),
  'a sandboxed frame with a token': () =>
    framed({
      sandbox: 'allow-scripts',
      srcdoc: frameText("{ authorization: AUTHORIZATION, 'x-wasmwhisk-page': '' }"),
    }),
  XMLHttpRequest: () =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('GET', rest);
      request.setRequestHeader('authorization', AUTHORIZATION);
      request.onload = () => resolve(`${String(request.status)} ${request.responseText}`);
      request.onerror = () => reject(new TypeError('failed'));
      request.send();
    }),
  'a worker': () => worked(new Worker(WORKER, { type: 'module' })),
  'a worker of a blob': () =>
    worked(
      new Worker(URL.createObjectURL(new Blob([`import '${location.origin}${WORKER}';`])), {
        type: 'module',
      }),
    ),
  'a shared worker': () => {
    const { port } = new SharedWorker(WORKER, { type: 'module' });
    port.start();
    return worked(port);
  },
  'a service worker': async () => {
    const { installing, active, waiting } = await navigator.serviceWorker.register(WORKER, {
      type: 'module',
    });
    const channel = new MessageChannel();
    (installing ?? waiting ?? active).postMessage('go', [channel.port2]);
    channel.port1.start();
    return worked(channel.port1);
  },
  'a service worker of everything': async () => {
    await navigator.serviceWorker.register(WORKER, { type: 'module', scope: '/' });
    return 'registered for everything';
  },
  'what others broadcast': () =>
    new Promise((resolve) => {
      for (const channel of ['wasmwhisk', 'key', ''])
        new BroadcastChannel(channel).onmessage = ({ data }) => resolve(data);
      addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes('key')) resolve(data);
      });
      addEventListener('storage', ({ newValue }) => resolve(newValue));
    }),
};

function framed(attributes) {
  const frame = document.createElement('iframe');
  const answer = new Promise((resolve) => {
    addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow) resolve(data);
    });
    frame.addEventListener('load', () => {
      if (attributes.src !== undefined)
        resolve(frame.contentDocument?.documentElement.outerHTML ?? 'not readable');
    });
  });
  for (const [attribute, value] of Object.entries(attributes)) frame.setAttribute(attribute, value);
  document.body.append(frame);
  return answer;
}

function frameText(init) {
  return `<script>
    fetch('${location.origin}${rest}', { headers: ${init.replace('AUTHORIZATION', JSON.stringify(AUTHORIZATION))} })
      .then(async (answer) => answer.status + ' ' + (await answer.text()), (error) => 'refused: ' + error.name)
      .then((text) => parent.postMessage(text, '*'));
  </script>`;
}

function worked(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => reject(new TypeError('no worker'));
  });
}

async function outcomes(attempts) {
  const entries = Object.entries(attempts).map(async ([title, attempt]) => [
    title,
    await outcome(attempt),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

if (typeof document === 'object') {
  const found = await outcomes({ ...requests, ...windowAttempts });
  document.querySelector('output').textContent = JSON.stringify({ origin: self.origin, ...found });
} else {
  const report = (port) => {
    outcomes(requests).then((found) => port.postMessage(found));
  };
  if ('onconnect' in self) self.onconnect = ({ ports: [port] }) => report(port);
  else if ('clients' in self) self.onmessage = ({ ports: [port] }) => report(port);
  else report(self);
}

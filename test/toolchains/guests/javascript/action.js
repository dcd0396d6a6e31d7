// The action of test/toolchains/guests/README.md. componentize-qjs and componentize-js both build it.
let runs = 0;

// QuickJS has no TextEncoder.
function utf8Length(text) {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0);
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

const answers = {
  result: ({ name }) => ({ greeting: `Hello, ${name}!` }),
  error: () => {
    throw JSON.stringify({ reason: 'asked for' });
  },
  log: () => {
    console.log('first line on stdout');
    console.log('zweite Zeile: grün, 你好, 🦀');
    console.error('a line on stderr');
    return { logged: true };
  },
  echo: ({ text }) => ({ text, bytes: utf8Length(text) }),
  turn: ({ number }) => ({ number, runs }),
};

export const handler = {
  run(input) {
    runs += 1;
    const args = JSON.parse(input);
    return JSON.stringify(answers[args.ask](args));
  },
};

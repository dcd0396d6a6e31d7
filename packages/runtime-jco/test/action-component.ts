import { parse } from '@bytecodealliance/jco';

/** The parts of a component of the action world, in the text format. */
export interface ActionComponentParts {
  /** Fields of the component that stand first: imports of instances and the core functions made of them. */
  readonly imports?: string;
  /** Instances that the core module is given: `(with "host" (instance (export "f" (func $f))))`. */
  readonly given?: string;
  /** Further core modules and instances of the component, after the imports. */
  readonly others?: string;
  /** Imports and definitions of the core module. Addresses from 4096 on are free. */
  readonly fields?: string;
  /** Body of the core function `run`, after which the answer is at 0: discriminant, address, length. */
  readonly body: string;
}

/**
 * A component of the action world, written by hand, so that a test can do what no toolchain does.
 * Its memory has one page, exported as `memory`; `$answer` and `$fail` store an answer.
 */
export async function actionComponent(parts: ActionComponentParts): Promise<Uint8Array> {
  const { imports = '', given = '', others = '', fields = '', body } = parts;
  return parse(`(component
    ${imports}
    ${others}
    (core module $main
      ${fields}
      (memory (export "memory") 1)
      (global $end (mut i32) (i32.const 32768))
      (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
        (local $place i32)
        (local.set $place (global.get $end))
        (global.set $end (i32.and (i32.add (i32.add (global.get $end) (local.get $size)) (i32.const 7)) (i32.const -8)))
        (local.get $place))
      (func $answer (param i32 i32)
        (i32.store (i32.const 4) (local.get 0))
        (i32.store (i32.const 8) (local.get 1)))
      (func $fail (param i32 i32)
        (i32.store (i32.const 0) (i32.const 1))
        (call $answer (local.get 0) (local.get 1)))
      ;; Answers {"n":1000 + number}.
      (data (i32.const 16) "{\\"n\\":0000}")
      (func $answer_number (param $n i32)
        (i32.store8 (i32.const 24) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
        (i32.store8 (i32.const 23) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 10)) (i32.const 10))))
        (i32.store8 (i32.const 22) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 100)) (i32.const 10))))
        (i32.store8 (i32.const 21) (i32.const 49))
        (call $answer (i32.const 16) (i32.const 10)))
      (func (export "run") (param $input i32) (param $length i32) (result i32)
        ${body}
        (i32.const 0)))
    (core instance $main (instantiate $main ${given}))
    (func $run (param "input" string) (result (result string (error string)))
      (canon lift (core func $main "run") (memory (core memory $main "memory")) (realloc (core func $main "realloc"))))
    (component $handler
      (import "run" (func $run (param "input" string) (result (result string (error string)))))
      (export "run" (func $run)))
    (instance $handler (instantiate $handler (with "run" (func $run))))
    (export "wasmwhisk:action/handler@0.1.0" (instance $handler)))`);
}

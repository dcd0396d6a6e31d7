export { createRuntime } from './create-runtime.js';

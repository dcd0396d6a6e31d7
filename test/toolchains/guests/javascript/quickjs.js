// The entry for componentize-qjs.
import './console.js';

export { handler } from './action.js';

// @ts-check
import { readActivation } from './activation.js';
import { ApiError, apiPath, messageOf } from './api.js';

/** @typedef {import('./activation.js').Activation} Activation */

const pollMs = 2000;
const pageSizeMax = 100;
/** Most activations that are held; older ones go first. */
const heldMax = 1000;
/** Records are written when activations end, under the time they began: so long ago a new one may lie. */
const lookBackMs = 65_000;
/** Every so many polls the newest are read whatever their age. */
const fullEvery = 15;

/** The latest activations, kept up to date as long as somebody looks. */
export class ActivationFeed {
  /** @type {Map<string, Activation>} */
  #held = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #polls = 0;
  #failures = 0;
  #running = false;
  #busy = false;
  /** Grows whenever what is asked for changes: answers to older questions are dropped. */
  #question = 0;
  #name = '';
  /** Whether the last page of older ones was not full. */
  atEnd = false;
  /** @type {string | undefined} */
  fault;
  /** Whether there was an answer yet. */
  loaded = false;

  /**
   * @param {import('./api.js').Api} api
   * @param {() => void} onChange
   */
  constructor(api, onChange) {
    this.api = api;
    this.pageSize = Math.min(pageSizeMax, api.listLimitMax);
    this.onChange = onChange;
    this.onVisibility = () => {
      if (document.hidden) clearTimeout(this.#timer);
      else if (this.#running) void this.#poll(true);
    };
  }

  /** Newest first. @returns {readonly Activation[]} */
  get activations() {
    return [...this.#held.values()].sort((one, other) => other.startEpochMs - one.startEpochMs);
  }

  get running() {
    return this.#running;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    document.addEventListener('visibilitychange', this.onVisibility);
    void this.#poll(true);
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.onVisibility);
  }

  /** Looks at once. */
  async refresh() {
    await this.#poll(true);
  }

  /**
   * Only activations of `name` or `package/name`; empty: of all.
   *
   * @param {string} name
   */
  setName(name) {
    if (name === this.#name) return;
    this.#name = name;
    this.#held.clear();
    this.#question += 1;
    this.loaded = false;
    this.atEnd = false;
    void this.#poll(true);
  }

  /** Adds a page of older ones. */
  async loadOlder() {
    const oldest = this.activations.at(-1);
    if (oldest === undefined) return;
    const question = this.#question;
    const before = this.#held.size;
    let page = await this.#read(`&upto=${String(oldest.startEpochMs)}`);
    if (question !== this.#question) return;
    this.#add(page, heldMax + this.pageSize);
    if (page.length === this.pageSize && this.#held.size === before) {
      // All of one millisecond, and all known.
      page = await this.#read(`&upto=${String(oldest.startEpochMs - 1)}`);
      if (question !== this.#question) return;
      this.#add(page, heldMax + this.pageSize);
    }
    this.atEnd = page.length < this.pageSize || this.#held.size >= heldMax;
    this.onChange();
  }

  /** @param {string} query */
  async #read(query) {
    const name = this.#name === '' ? '' : `&name=${encodeURIComponent(this.#name)}`;
    const path = `${apiPath('activations')}?limit=${String(this.pageSize)}${query}${name}`;
    const documents = /** @type {import('./wire.js').ActivationDocument[]} */ (
      await this.api.read(path)
    );
    return documents.map(readActivation);
  }

  /** @param {boolean} [fully] */
  async #poll(fully = false) {
    clearTimeout(this.#timer);
    if (this.#busy && !fully) return;
    this.#busy = true;
    const question = this.#question;
    const newest = this.activations[0];
    const everything = fully || newest === undefined || this.#polls % fullEvery === 0;
    this.#polls += 1;
    try {
      const since = everything ? '' : `&since=${String(newest.startEpochMs - lookBackMs)}`;
      const page = await this.#read(since);
      if (question !== this.#question) return;
      const last = page.at(-1);
      if (
        page.length === this.pageSize &&
        last &&
        newest &&
        last.startEpochMs > newest.startEpochMs
      ) {
        // More happened than fits a page: what was held before would lie behind a gap.
        this.#held.clear();
        this.atEnd = false;
      }
      this.#add(page, heldMax);
      if (everything && page.length < this.pageSize) this.atEnd = true;
      this.#failures = 0;
      this.fault = undefined;
      this.loaded = true;
    } catch (error) {
      if (question !== this.#question) return;
      this.#failures += 1;
      this.fault = messageOf(error);
      if (error instanceof ApiError && error.status === 401) this.stop();
    } finally {
      this.#busy = false;
      if (this.#running && !document.hidden) {
        clearTimeout(this.#timer);
        const delay = Math.min(pollMs * 2 ** this.#failures, 30_000);
        this.#timer = setTimeout(() => void this.#poll(), delay);
      }
    }
    this.onChange();
  }

  /**
   * @param {readonly Activation[]} page
   * @param {number} most
   */
  #add(page, most) {
    for (const activation of page) this.#held.set(activation.id, activation);
    if (this.#held.size <= most) return;
    for (const { id } of this.activations.slice(most)) this.#held.delete(id);
    this.atEnd = false;
  }
}

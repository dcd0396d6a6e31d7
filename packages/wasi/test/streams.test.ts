import { describe, expect, it } from 'vitest';
import { errno, playGuest } from './guest.js';

describe('stdio', () => {
  it('gathers what is written, stream by stream', () => {
    const guest = playGuest();
    const answer = guest.room(4);
    const pieces = guest.vectors(guest.text('one '), [0, 0], guest.text('two'));
    expect(guest.call('fd_write', 1, ...pieces, answer)).toBe(errno.success);
    expect(guest.view().getUint32(answer, true)).toBe(7);
    expect(guest.call('fd_write', 2, ...guest.vectors(guest.text('oh')), answer)).toBe(0);
    expect([guest.stdout(), guest.stderr()]).toEqual(['one two', 'oh']);
  });

  it('scatters what is read, up to the end', () => {
    const guest = playGuest({ stdin: 'abcdefg' });
    const answer = guest.room(4);
    const ranges = [guest.room(2), guest.room(3)] as const;
    const pieces = guest.vectors([ranges[0], 2], [ranges[1], 3]);
    guest.call('fd_read', 0, ...pieces, answer);
    expect(guest.view().getUint32(answer, true)).toBe(5);
    expect(guest.read(ranges[0], 2) + guest.read(ranges[1], 3)).toBe('abcde');
    guest.call('fd_read', 0, ...pieces, answer);
    expect(guest.view().getUint32(answer, true)).toBe(2);
    guest.call('fd_read', 0, ...pieces, answer);
    expect(guest.view().getUint32(answer, true)).toBe(0);
  });

  it('bounds the number of vectors and what they sum up to', () => {
    const guest = playGuest();
    const answer = guest.room(4);
    const [start, length] = guest.text('x');
    const most = guest.vectors(...Array<readonly [number, number]>(1024).fill([start, length]));
    expect(guest.call('fd_write', 1, ...most, answer)).toBe(errno.success);
    expect(guest.call('fd_write', 1, most[0], 1025, answer)).toBe(errno.inval);
    expect(guest.call('fd_write', 1, most[0], -1, answer)).toBe(errno.inval);
    expect(guest.stdout()).toBe('x'.repeat(1024));
  });

  it('goes one way only, and has no position', () => {
    const guest = playGuest();
    const answer = guest.room(8);
    const pieces = guest.vectors(guest.text('x'));
    expect(guest.call('fd_read', 1, ...pieces, answer)).toBe(errno.badf);
    expect(guest.call('fd_write', 0, ...pieces, answer)).toBe(errno.badf);
    expect(guest.call('fd_write', 7, ...pieces, answer)).toBe(errno.badf);
    expect(guest.call('fd_seek', 1, 0n, 1, answer)).toBe(errno.spipe);
    expect(guest.call('fd_tell', 0, answer)).toBe(errno.spipe);
    expect(guest.call('fd_pread', 0, ...pieces, 0n, answer)).toBe(errno.spipe);
    expect(guest.call('fd_pwrite', 1, ...pieces, 0n, answer)).toBe(errno.spipe);
    expect(guest.call('fd_prestat_get', 1, answer)).toBe(errno.badf);
  });

  it('looks like a terminal, so that libc flushes by lines', () => {
    const guest = playGuest();
    const stat = guest.room(24);
    expect(guest.call('fd_fdstat_get', 1, stat)).toBe(errno.success);
    expect(guest.view().getUint8(stat)).toBe(2);
    const seekAndTell = (1n << 2n) | (1n << 5n);
    expect(guest.view().getBigUint64(stat + 8, true) & seekAndTell).toBe(0n);
  });

  it('can be closed and moved', () => {
    const guest = playGuest();
    const answer = guest.room(4);
    const pieces = guest.vectors(guest.text('x'));
    expect(guest.call('fd_renumber', 2, 1)).toBe(errno.success);
    expect(guest.call('fd_write', 2, ...pieces, answer)).toBe(errno.badf);
    expect(guest.call('fd_write', 1, ...pieces, answer)).toBe(errno.success);
    expect(guest.stderr()).toBe('x');
    expect(guest.call('fd_renumber', 1, 1)).toBe(errno.success);
    expect(guest.call('fd_renumber', 1, 1_000_000)).toBe(errno.badf);
    expect(guest.call('fd_close', 1)).toBe(errno.success);
    expect(guest.call('fd_close', 1)).toBe(errno.badf);
  });
});

/** Lets one process at a time install, fetch and build in a working copy, however many were started at once. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { say } from './report.mjs';

const HEARTBEAT_MS = 2_000;
const ABANDONED_MS = 20_000;
const RETRY_MS = 200;

/** Runs `work` while holding the working copy's lock, waiting for whoever holds it now. */
export async function inTurn(root, work) {
  const lock = join(root, '.toolchain', 'bootstrap.lock');
  mkdirSync(join(root, '.toolchain'), { recursive: true });
  await acquire(lock);
  const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(lock, { recursive: true, force: true });
  }
}

async function acquire(lock) {
  let told = false;
  while (!take(lock)) {
    const owner = ownerOf(lock);
    if (isAbandoned(lock, owner)) {
      evict(lock, owner);
      continue;
    }
    if (!told)
      say(`waiting for another posthorn command to finish preparing (process ${owner?.pid ?? 'unknown'})…`);
    told = true;
    await pause(RETRY_MS);
  }
}

/** mkdir is atomic on every file system we can meet: exactly one of several callers creates the folder. */
function take(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid: process.pid, host: hostname() }));
  return true;
}

function ownerOf(lock) {
  try {
    return JSON.parse(readFileSync(join(lock, 'owner.json'), 'utf8'));
  } catch {
    return undefined; // just being created, or just released
  }
}

/** A live owner touches the folder every two seconds; one killed on this machine is known dead at once. */
function isAbandoned(lock, owner) {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > ABANDONED_MS) return true;
  return owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Renaming first makes one evictor win. Were the lock taken over between our look and our rename, we hold a living
 * owner's folder: it is put back.
 */
function evict(lock, expected) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // somebody else was quicker
  }
  const found = ownerOf(aside);
  if (found?.pid !== expected?.pid && found !== undefined && isAlive(found.pid)) {
    try {
      renameSync(aside, lock);
      return;
    } catch {
      // a third process has taken the free lock; its turn and the living owner's now overlap, which costs a repeated
      // install or build, not a broken one
    }
  }
  rmSync(aside, { recursive: true, force: true });
}

function touch(lock) {
  try {
    const now = new Date();
    utimesSync(lock, now, now);
  } catch {
    // evicted by a clock jump: finishing our work is still the best we can do
  }
}

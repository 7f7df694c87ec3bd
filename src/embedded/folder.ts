import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnsafeFolder } from '../errors.ts';

/*
 * The folder of the data belongs to its user alone. Nothing in it is executed and no name in it is followed to another place: another user
 * who could write there would otherwise have us run a program, or overwrite a file, with our rights.
 */

/** In the folder of the data: the port of the server that runs on it, and its password. */
const PORT_FILE = 'port';
export const PASSWORD_FILE = 'password';

/** What earlier versions left there: a link to the program of the server. */
const FORMER_LINKS: ReadonlySet<string> = new Set(['redis-server', 'valkey-server']);

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** The longest text of such a file. */
const TEXT_LIMIT = 256;
const PASSWORD_BYTES = 32;

/**
 * Makes the folder, or takes one that is there, and takes the rights of all others to it and to what is in it.
 * @returns its real path
 * @throws UnsafeFolder when it, what is in it or a folder above it belongs to another user, or when it holds a link
 */
export async function privateFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: PRIVATE_FOLDER });
  const home = await realpath(dir);
  await refuseForeignAbove(home);
  await takeFor(home, home);
  return home;
}

/** Others could put another folder in the place of this one. Its users are root, we, and the owner of this program. */
async function refuseForeignAbove(home: string): Promise<void> {
  const trusted = new Set([0, process.getuid?.(), (await stat(fileURLToPath(import.meta.url))).uid]);
  for (let above = path.dirname(home); ; above = path.dirname(above)) {
    const { uid, mode } = await stat(above);
    if (!trusted.has(uid)) throw new UnsafeFolder(home, `${above} belongs to another user`);
    if ((mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0)
      throw new UnsafeFolder(home, `everybody may write to ${above}`);
    if (above === path.dirname(above)) return;
  }
}

async function takeFor(home: string, folder: string): Promise<void> {
  await refuseForeign(home, folder);
  await chmod(folder, PRIVATE_FOLDER);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      if (!FORMER_LINKS.has(entry.name)) throw new UnsafeFolder(home, `${file} is a link to another place`);
      await unlink(file);
    } else if (entry.isDirectory()) {
      await takeFor(home, file);
    } else {
      await refuseForeign(home, file);
      await chmod(file, PRIVATE_FILE);
    }
  }
}

async function refuseForeign(home: string, file: string): Promise<void> {
  const { uid } = await lstat(file);
  if (process.getuid !== undefined && uid !== process.getuid())
    throw new UnsafeFolder(home, `${file} belongs to another user`);
}

/** The password of the server on this folder; a new one when there is none. */
export async function passwordIn(home: string): Promise<string> {
  const known = readText(home, PASSWORD_FILE)?.trim();
  if (known) return known;
  const password = newPassword();
  await writeText(home, PASSWORD_FILE, password);
  return password;
}

/** 256 bits, in characters that need no escape in a URL. */
export function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}

/** The port that the last server on this folder had; null when it is not known. */
export function portIn(home: string): number | null {
  const port = Number.parseInt(readText(home, PORT_FILE) ?? '', 10);
  return Number.isInteger(port) ? port : null;
}

export async function writePort(home: string, port: number): Promise<void> {
  await writeText(home, PORT_FILE, `${port}\n`);
}

/** The password of the server that was last started on `dir`, for its port; null when that is not known, or not for us to read. */
export function knownPassword(dir: string, port: number): string | null {
  return portIn(dir) === port ? readText(dir, PASSWORD_FILE)?.trim() || null : null;
}

/** A short text in a file that belongs to us, or null. Never that of another place, and never one that another user has put there. */
function readText(folder: string, name: string): string | null {
  let file: number | undefined;
  try {
    file = openSync(path.join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, size } = fstatSync(file);
    const foreign = process.getuid !== undefined && uid !== process.getuid();
    return foreign || size > TEXT_LIMIT ? null : readFileSync(file, 'utf8');
  } catch {
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Writes a file that nobody else reads, in the place of whatever has its name. */
export async function writeText(folder: string, name: string, text: string): Promise<void> {
  const own = path.join(folder, `${name}.${randomBytes(6).toString('hex')}`);
  const file = await open(own, 'wx', PRIVATE_FILE);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(own, path.join(folder, name)).catch(async (error: unknown) => {
    await rm(own, { force: true });
    throw error;
  });
}

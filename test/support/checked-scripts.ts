import { readFileSync } from 'node:fs';

/** `--[[context]] {` in front of a table that names all fields of a record. */
const RECORD = /--\[\[([\w ]+)\]\] \{/g;

/** Reading or writing any other field of a record is an error. One line, so that the lines of the file keep their numbers. */
const CHECK = [
  'local function record(name) return function(fields)',
  'local known = {} for field in pairs(fields) do known[field] = true end',
  "local function check(field) if not known[field] then error('unknown field ' .. tostring(field) .. ' of the ' .. name, 3) end end",
  'return setmetatable(fields, { __index = function(_, field) check(field) end,',
  '__newindex = function(_, field, value) check(field) rawset(fields, field, value) end }) end end ',
].join(' ');

/** The text of a script or an include with its records checked. */
export function checked(text: string): string {
  const replaced = text.replace(RECORD, (_, name: string) => `record('${name}') {`);
  return replaced === text ? text : CHECK + replaced;
}

/** Reads the files of a folder of scripts in their checked form. */
export const checkedReader =
  (folder: URL) =>
  (path: string): string =>
    checked(readFileSync(new URL(path, folder), 'utf8'));

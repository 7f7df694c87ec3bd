#!/usr/bin/env node
/*
 * Starts the command line, on a Node that is new enough. An older one could not even read the program, and would show a SyntaxError:
 * this file keeps to what every Node reads, and what loads the program stands in a file of its own.
 */
'use strict';

var needed = /(\d+)\.(\d+)/.exec(require('../package.json').engines.node);
var found = /(\d+)\.(\d+)/.exec(process.versions.node);
var newer = Number(found[1]) - Number(needed[1]) || Number(found[2]) - Number(needed[2]);
var words = ['watchfire: needs Node', needed[0], 'or newer, and this is Node', process.versions.node];

if (newer >= 0) {
  require('./run.cjs');
} else {
  process.stderr.write(words.join(' ').concat('\n'));
  process.exitCode = 1;
}

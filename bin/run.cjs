'use strict';

// What goes wrong in it, the program says itself.
void import('../dist/cli/main.js');

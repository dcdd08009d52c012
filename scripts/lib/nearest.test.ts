import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, unknown } from './nearest';

test('the nearest come first, the far ones not at all', () => {
  assert.deepEqual(nearest('htpd', ['scripts', 'httpd', 'http']), ['httpd', 'http']);
  assert.deepEqual(nearest('zebra', ['scripts', 'httpd']), []);
});

test('case does not count, and a beginning is enough', () => {
  assert.deepEqual(nearest('HTTPD', ['httpd']), ['httpd']);
  assert.deepEqual(nearest('scr', ['httpd', 'scripts']), ['scripts']);
});

test('a short word is not near to everything', () => {
  assert.deepEqual(nearest('x', ['ab', 'cd']), []);
  assert.deepEqual(nearest('', ['ab', 'scripts']), []);
});

test('the phrase names the nearest and all there are', () => {
  assert.equal(
    unknown('notebook', 'htpd', ['httpd', 'scripts']),
    'unknown notebook "htpd"; did you mean "httpd"? (there are: httpd, scripts)',
  );
  assert.equal(
    unknown('notebook', 'zebra', ['httpd', 'scripts']),
    'unknown notebook "zebra"; there are: httpd, scripts',
  );
  assert.equal(unknown('notebook', 'a', []), 'unknown notebook "a"; there are none');
});

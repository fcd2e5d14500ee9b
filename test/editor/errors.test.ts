import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

const SENTENCE = 'msg.payload must be the digits that were typed.';

const inject = (id: string, z: string, wires: string[]) => ({
  ...{ id, z, type: 'inject', x: 100, y: 100, once: false, repeat: '', props: [{ p: 'payload' }] },
  ...{ payload: '{"no":"digits"}', payloadType: 'json', wires: [wires] },
});
const station = (folder: string) => ({
  ...{ id: 'station', type: 'charging station', station: 'CP-0001', unit: 'min', step: '30', layout: 'compact' },
  ...{ sequence: 'counter', slotSeconds: '300', driver: 'simulated', gpioFolder: folder, journalFolder: folder },
});
const verify = (id: string, z: string) => ({
  ...{ id, z, type: 'verify code', station: 'station', redeem: 'here', x: 300, y: 100, wires: [[], []] },
});

describe('an error of a node', function () {
  this.timeout(90_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  before(async () => {
    const flow = [
      ...[
        { id: 'plain', type: 'tab', label: 'nobody catches' },
        { id: 'caught', type: 'tab', label: 'somebody catches' },
        { id: 'wrong', type: 'tab', label: 'a wrong setting' },
      ],
      ...[station('pins'), inject('inject', 'plain', ['verify']), verify('verify', 'plain')],
      ...[inject('inject2', 'caught', ['verify2']), verify('verify2', 'caught')],
      {
        ...{ id: 'detect', z: 'wrong', type: 'detect vehicle', station: 'station', by: 'contact', line: 'vehicle' },
        ...{ openMs: 'soon', closeMs: '500', x: 300, y: 100, wires: [[]] },
      },
      { id: 'catch', z: 'caught', type: 'catch', scope: null, x: 300, y: 200, wires: [['debug']] },
      {
        ...{ id: 'debug', z: 'caught', type: 'debug', active: true, tosidebar: true, complete: 'error.message' },
        ...{ targetType: 'msg', x: 500, y: 200, wires: [] },
      },
      {
        ...{ id: 'debug2', z: 'caught', type: 'debug', active: true, tosidebar: true, complete: 'error.code' },
        ...{ targetType: 'msg', x: 500, y: 300, wires: [] },
      },
    ];
    (flow.find(({ id }) => id === 'catch') as unknown as { wires: string[][] }).wires = [['debug', 'debug2']];
    [editor, browser] = await Promise.all([Editor.start(flow, { STATION_KEY: 'ab'.repeat(32) }), launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await editor.open(page);
    await page.evaluate("RED.sidebar.show('debug')");
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  const shown = () => page.locator('.red-ui-debug-msg-payload').allInnerTexts();
  const press = (id: string) => page.evaluate(`$.post('inject/${id}')`);

  it('is one readable sentence in the debug pane and in the log', async () => {
    await press('inject');
    await page.locator('.red-ui-debug-msg-payload').first().waitFor();
    assert.deepEqual(await shown(), [`"${SENTENCE}"`]);
    await until('it is logged', () => editor.output.includes(`[verify code:verify] ${SENTENCE}`));
    assert.doesNotMatch(editor.output, /NodeFault/);
  });

  it('comes to a catch node as the same sentence, with its code', async () => {
    await press('inject2');
    await until('both are shown', async () => (await shown()).filter((text) => /bad-entry/.test(text)).length === 1);
    assert.equal((await shown()).filter((text) => text === `"${SENTENCE}"`).length, 2, 'this one, and that of before');
  });

  it('names the field of the dialog that is wrong', async () => {
    const sentence = `[detect vehicle:detect] "soon" can't be in "Open (ms)": it takes a number, 0 … 60000.`;
    await until('it is logged', () => editor.output.includes(sentence));
  });

  it('is told in the status in words that fit under the node', async () => {
    const status = await page.locator('.red-ui-flow-node-status-label').allTextContents();
    assert.deepEqual([...new Set(status.filter(Boolean))], ['payload: the digits typed']);
  });
});

describe('an error of a station', () => {
  it('is told with what fills its gaps', async function () {
    this.timeout(60_000);
    const relay = (id: string) => ({
      ...{ id, z: 'flow', type: 'control relay', station: 'station', through: 'direct', line: 'relay' },
      ...{ x: 300, y: 200, wires: [[], []] },
    });
    const flow = [
      ...[{ id: 'flow', type: 'tab', label: 'a flow' }, station('pins'), relay('relay'), relay('relay2')],
      { ...station('pins2'), id: 'broken', station: 'CP-0002', journalFolder: '/dev/null/journal' },
      { ...verify('verify', 'flow'), station: 'broken' },
      { ...station('/dev/null/pins'), id: 'pinless', station: 'CP-0003', journalFolder: 'journal' },
      { ...relay('relay3'), station: 'pinless' },
    ];
    const editor = await Editor.start(flow, { STATION_KEY: 'ab'.repeat(32) });
    try {
      for (const sentence of [
        /\[control relay:relay2?\] The line relay is set for two: the relay and the relay\./,
        /\[charging station:broken\] .*\/dev\/null\/journal/,
        /\[charging station:pinless\] The pins folder takes no files: .*\/dev\/null\/pins/,
        /\[control relay:relay3\] The pins folder takes no files: .*\/dev\/null\/pins/,
      ])
        await until(`${sentence} is logged`, () => sentence.test(editor.output));
      assert.doesNotMatch(editor.output, /__\w+__/);
    } finally {
      await editor.end();
    }
  });
});

import assert from 'node:assert/strict';
import { scannedDigits } from '../../../hardware/keypad/scan.ts';

describe('the digits of what was scanned', () => {
  for (const [text, digits] of [
    ['0516310936', '0516310936'],
    ['05163 10936', '05163 10936'.replace(' ', '')],
    ['0516-3109-36', '0516310936'],
    [' 052300012345678\n', '052300012345678'],
    [']Q10516310936', '0516310936'],
    [']C0052300012345', '052300012345'],
    [']d20516310936', '0516310936'],
    [']E00516310936', '0516310936'],
    // Read as on another keyboard, or with the bracket left out.
    ['+Q10516310936', '0516310936'],
    ['Q10516310936', '0516310936'],
    ['https://cloud.example/charge/CP-0001?code=0516310936', '0516310936'],
    ['https://cloud.example/charge/CP-0001#code=052300012345', '052300012345'],
    ['https://cloud.example/charge/CP-0001#code=05163%2010936', '0516310936'],
    [']Q1https://192.168.100.200:1880/charge/1234567890?x=1&code=0516310936', '0516310936'],
    ['HTTPS://CLOUD.EXAMPLE/CHARGE/CP-0001?CODE=0516310936', '0516310936'],
    ['https://cloud.example/charge/CP-0001/052300012345', '052300012345'],
    ['http://1234567890/c/0516310936', '0516310936'],
    ['Code 0516310936', '0516310936'],
  ] as const) {
    it(`of ${JSON.stringify(text)} are ${digits}`, () => assert.equal(scannedDigits(text), digits));
  }

  for (const [text, why] of [
    ['https://cloud.example/charge/CP-0001', 'a station’s page'],
    ['https://cloud.example/charge/CP-0001?receipt=052300012345', 'a receipt, which is for the phone'],
    ['https://cloud.example/charge/CP-0001#report=AQID0516310936&receipt=052300012345', 'a report'],
    ['https://cloud.example/charge/CP-0001?a=0516310936&b=1234567890', 'two that could be meant'],
    ['https://cloud.example/?code=0516310936&code=1234567890', 'two codes'],
    ['https://cloud.example/?code=abc0516310936', 'a code that is none'],
    ['http://1234567890/', 'a host'],
    ['WIFI:S:guest;P:secret;;', 'something else'],
    ['4006381333931X', 'no run of digits of its own'],
    ['', 'nothing'],
  ] as const) {
    it(`are none in ${JSON.stringify(text)}: ${why}`, () => assert.equal(scannedDigits(text), undefined));
  }
});

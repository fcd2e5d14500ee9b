import assert from 'node:assert/strict';
import { canShow, toDisplayBytes } from '../../../hardware/display/characters.ts';

describe('what a character display can write', () => {
  const text = (bytes: number[]) => String.fromCharCode(...bytes);

  it('is ASCII as it stands', () => {
    const ascii = ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCXYZ[]^_`abcxyz{|}';
    assert.equal(text(toDisplayBytes(ascii)), ascii);
  });

  it('is the accents and signs of its character set', () => {
    assert.deepEqual(toDisplayBytes('äöüñß°Ω→'), [0xe1, 0xef, 0xf5, 0xee, 0xe2, 0xdf, 0xf4, 0x7e]);
  });

  it('is the drawn characters, also where the character set has another sign in their place', () => {
    assert.deepEqual(toDisplayBytes('✓✗⚡€\\~éè'), [8, 9, 10, 11, 12, 13, 14, 15]);
    assert.deepEqual(toDisplayBytes('¥'), [0x5c]);
  });

  it('spells other letters, and leaves accents out where it must', () => {
    assert.equal(text(toDisplayBytes('Übergröße')).slice(0, 3), 'Ueb');
    assert.equal(text(toDisplayBytes('naïve façade Łódź')), 'naive facade Lodz');
    assert.equal(text(toDisplayBytes('“30 min” … 2 × 5')), '"30 min" ... 2 x 5');
  });

  it('takes a composed and a decomposed accent for the same letter', () => {
    assert.deepEqual(toDisplayBytes('u\u0308'), toDisplayBytes('ü'));
  });

  it('takes full-width digits and punctuation for the plain ones', () => {
    assert.equal(text(toDisplayBytes('３０，：！《》【】')), '30,:!""[]');
    assert.deepEqual(toDisplayBytes('￥30℃'), toDisplayBytes('¥30°C'));
  });

  it('has no Chinese: it says so, so that the English text is shown', () => {
    assert.equal(canShow('Enter code ✓ 30 °C'), true);
    assert.equal(canShow('请输入充电码'), false);
    assert.equal(text(toDisplayBytes('充电')), '??');
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kernelSettings } from '../../../hardware/gpio/kernel-settings.ts';

describe('what the kernel does with the lines of a program that died', () => {
  let root: string;
  const file = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kernel-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is unknown where there is no Raspberry Pi pin controller', () => {
    file('proc/cmdline', 'console=ttyS0 quiet\n');
    assert.deepEqual(kernelSettings(root), { outputsAfterDeath: 'unknown' });
    assert.deepEqual(kernelSettings(join(root, 'nowhere')), { outputsAfterDeath: 'unknown' });
  });

  for (const module of ['pinctrl_bcm2835', 'pinctrl_rp1']) {
    it(`is read from the setting of ${module} in force, with advice where lines are kept`, () => {
      file(`sys/module/${module}/parameters/persist_gpio_outputs`, 'Y\n');
      const settings = kernelSettings(root);
      assert.equal(settings.outputsAfterDeath, 'kept');
      assert.equal(settings.source, `${module}.persist_gpio_outputs=Y`);
      assert.match(settings.advice!, /dtparam=strict_gpiod/);
      file(`sys/module/${module}/parameters/persist_gpio_outputs`, 'N\n');
      assert.deepEqual(kernelSettings(root), {
        outputsAfterDeath: 'released',
        source: `${module}.persist_gpio_outputs=N`,
      });
    });
  }

  it('understands strict_gpiod, which says the opposite', () => {
    file('sys/module/pinctrl_rp1/parameters/strict_gpiod', 'Y\n');
    assert.equal(kernelSettings(root).outputsAfterDeath, 'released');
    file('sys/module/pinctrl_rp1/parameters/strict_gpiod', 'N\n');
    assert.equal(kernelSettings(root).outputsAfterDeath, 'kept');
  });

  it('falls back on the command line, where the last word counts and - is _', () => {
    file(
      'proc/cmdline',
      'quiet pinctrl-bcm2835.persist_gpio_outputs=y pinctrl_bcm2835.persist_gpio_outputs=n root=/\n',
    );
    assert.deepEqual(kernelSettings(root), {
      outputsAfterDeath: 'released',
      source: 'pinctrl_bcm2835.persist_gpio_outputs=n',
    });
    file('proc/cmdline', 'pinctrl_rp1.persist_gpio_outputs\n');
    assert.equal(kernelSettings(root).outputsAfterDeath, 'kept');
  });
});

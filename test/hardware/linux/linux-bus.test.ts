import assert from 'node:assert/strict';
import { loadLibc, systemError } from '../../../hardware/linux/libc.ts';
import { openI2cBus, openSpiDevice, spiMessage } from '../../../hardware/linux/linux-bus.ts';

const spi = { speedHz: 1_000_000, mode: 0 };

describe("the machine's own buses", () => {
  it('that are not switched on say what to write into config.txt', async () => {
    await assert.rejects(openI2cBus(250), { code: 'no-such-device', message: /\/dev\/i2c-250.*dtparam=i2c_arm=on/ });
    await assert.rejects(openSpiDevice('/dev/spidev9.9', spi), { code: 'no-such-device', message: /dtparam=spi=on/ });
  });

  it('are told from other files', async () => {
    const bus = await openI2cBus('/dev/null');
    await assert.rejects(bus.write(0x27, Uint8Array.of(0)), { code: 'no-such-device', message: /not an I²C bus/ });
    await assert.rejects(bus.read(0x27, 1), { code: 'no-such-device' });
    await bus.close();
    await assert.rejects(openSpiDevice('/dev/null', spi), { code: 'no-such-device', message: /not an SPI device/ });
  });

  it('are given SPI transfers as linux/spi/spidev.h lays them out', () => {
    const bytes = Buffer.from(spiMessage(0x1122334455667788n, 0x99aabbccddeeff00n, 3, 1_350_000));
    assert.equal(
      bytes.toString('hex'),
      '8877665544332211' +
        '00ffeeddccbbaa99' +
        '03000000' +
        '70991400' +
        '0000' +
        '08' +
        '00' +
        '00' +
        '00' +
        '00' +
        '00',
    );
  });

  it('are reached by ioctls whose errors carry the system’s names', async () => {
    const libc = await loadLibc();
    assert.throws(() => libc.ioctl(-1, 0x0703, 0x27), { code: 'EBADF', syscall: 'ioctl' });
    assert.equal(systemError('ioctl', 121).code, 'EREMOTEIO');
    const buffer = Uint8Array.of(1, 2, 3);
    assert.ok(libc.address(buffer) > 0n);
    assert.equal(libc.address(buffer.subarray(1)), libc.address(buffer) + 1n);
  });
});

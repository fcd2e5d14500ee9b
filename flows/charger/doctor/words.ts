// The doctor's words. `{name}` is filled in with a finding's values.

import type { DisplayLanguage } from '../../../charging/station/conversation/screens.ts';
import type { Words } from '../../../hardware/checks.ts';
import { DEVICES } from '../../../hardware/devices.ts';
import { wordsOfPinsAndDevices } from './words-hardware.ts';
import { wordsOfThePast } from './words-past.ts';

/** English, Simplified Chinese. */
const words = {
  ...wordsOfPinsAndDevices,
  ...wordsOfThePast,

  machine: ['Machine', '机器'],
  'machine.model': ['{model}', '{model}'],
  'machine.no-pi': ['This is no Raspberry Pi ({machine}).', '这不是树莓派（{machine}）。'],
  'machine.not-linux': ['A station needs Linux; this is {system}.', '充电桩需要 Linux；这里是 {system}。'],
  'machine.not-linux.do': [
    'Run it on a Raspberry Pi with Raspberry Pi OS, 64-bit.',
    '请在装有 64 位 Raspberry Pi OS 的树莓派上运行。',
  ],
  'machine.power': ['The supply voltage is good.', '供电电压正常。'],
  'machine.undervoltage': ['The supply voltage is too low.', '供电电压过低。'],
  'machine.undervoltage.do': [
    'Use a supply made for this Raspberry Pi and a short, thick cable; low voltage ruins memory cards.',
    '请使用该型号树莓派的专用电源和短而粗的电缆；电压过低会损坏存储卡。',
  ],
  'machine.node': ['Node.js {version}', 'Node.js {version}'],
  'machine.old-node': ['Node.js {version} is older than {least}.', 'Node.js {version} 低于 {least}。'],
  'machine.old-node.do': [
    'Install Node.js {least} or newer; install.sh brings one.',
    '请安装 Node.js {least} 或更新版本；install.sh 会自带一个。',
  ],
  'machine.no-module': ['{module} cannot be loaded.', '无法加载 {module}。'],
  'machine.no-module.do': [
    'On an installed station run install.sh again; elsewhere `npm install {module}` where the package is.',
    '在已安装的充电桩上请重新运行 install.sh；其他情况请在本软件包所在目录运行 `npm install {module}`。',
  ],

  guard: ['Relay guard', '继电器守护程序'],
  'guard.runs': ['It runs ({driver}) and guards: {relays}.', '正在运行（{driver}），控制的继电器：{relays}。'],
  'guard.not-running': ['It does not run: nobody answers at {socket}.', '没有运行：{socket} 无人应答。'],
  'guard.not-running.do': [
    'Run `sudo systemctl restart offline-charging-guard`, then `journalctl -u offline-charging-guard -n 30` to see why it ended.',
    '请运行 `sudo systemctl restart offline-charging-guard`，再用 `journalctl -u offline-charging-guard -n 30` 查看停止的原因。',
  ],
  'guard.not-ours': [
    'Its socket {socket} is for the station’s user alone, as it should be.',
    '套接字 {socket} 仅供充电桩用户使用，符合要求。',
  ],
  'guard.silent': ['It does not answer at {socket} ({reason}).', '它在 {socket} 没有响应（{reason}）。'],
  'guard.socket-open': [
    'Its socket {socket} has mode {mode}: other users could switch the relay.',
    '套接字 {socket} 的权限为 {mode}：其他用户也能控制继电器。',
  ],
  'guard.socket-open.do': [
    'Restart the guard; it makes the socket with mode 600.',
    '请重新启动守护程序；它会以 600 权限创建套接字。',
  ],
  'guard.other-user': ['Its socket {socket} does not belong to {user}.', '套接字 {socket} 不属于 {user}。'],
  'guard.other-user.do': [
    'Run guard and charger as the same user, as the installed services do.',
    '请让守护程序和充电程序以同一用户运行，已安装的服务即如此。',
  ],
  'guard.problem': ['Relay {relay}: {reason}', '继电器 {relay}：{reason}'],
  'guard.problem.do': ['Check the relay’s line and restart the guard.', '请检查继电器引脚并重新启动守护程序。'],
  'guard.other-pin': [
    'Relay {relay}: the guard drives {driven}, and the settings say {pin}.',
    '继电器 {relay}：守护程序驱动的是 {driven}，而设置为 {pin}。',
  ],
  'guard.other-pin.do': [
    'Run `sudo systemctl restart offline-charging-guard offline-charging-charger`, so that both read the settings anew; then mend what this doctor says of config.txt.',
    '请运行 `sudo systemctl restart offline-charging-guard offline-charging-charger`，使两者重新读取设置；然后按本诊断的提示修改 config.txt。',
  ],
  'of-outlet': ['Outlet {outlet}: ', '{outlet} 号插座：'],

  'guard.no-lease': [
    'Relay {relay} is off; no charger holds its lease.',
    '继电器 {relay} 已断开；没有充电程序持有租约。',
  ],
  'guard.relay-on': ['Relay {relay} is on, leased by the charger.', '继电器 {relay} 已闭合，由充电程序租用。'],
  'guard.relay-off': ['Relay {relay} is off, leased by the charger.', '继电器 {relay} 已断开，由充电程序租用。'],

  clock: ['Clock', '时钟'],
  'clock.time': ['It is {time}.', '当前时间为 {time}。'],
  'clock.lost': ['It says {time}: it has lost the time.', '显示 {time}：时间已丢失。'],
  'clock.lost.do': [
    'Set it with `sudo date -s`, or type a synchronize code at the keypad; then see to the clock chip.',
    '请用 `sudo date -s` 设置，或在键盘上输入同步码；然后检查时钟芯片。',
  ],
  'clock.chip': [
    'The clock chip {chip} keeps the time without power; the battery on its module counts.',
    '时钟芯片 {chip} 在断电时保持时间；起作用的是其模块上的电池。',
  ],
  'clock.board': [
    'The clock chip {chip} keeps the time without power if there is a battery at the Raspberry Pi’s connector BAT (J5).',
    '若树莓派的 BAT（J5）接口接有电池，时钟芯片 {chip} 在断电时保持时间。',
  ],
  'clock.board-battery.do': [
    'Put a battery at the Raspberry Pi’s connector BAT (J5), or change it; set the time, then run `sudo hwclock --systohc`.',
    '请在树莓派的 BAT（J5）接口接上或更换电池，设置时间，然后运行 `sudo hwclock --systohc`。',
  ],
  'clock.board-lost': [
    'The kernel takes the time from {chip}, which has lost it; {other} has kept it and is not asked.',
    '内核从 {chip} 取时间，而它已丢失时间；{other} 保持了时间但不被使用。',
  ],
  'clock.board-lost.do': [
    'Put a battery at the Raspberry Pi’s connector BAT (J5), or add dtparam=rtc=off to config.txt and restart: the kernel then takes the time from {other}, whose own battery counts.',
    '请在树莓派的 BAT（J5）接口接上电池；或在 config.txt 中加入 dtparam=rtc=off 并重启：内核随后从 {other} 取时间，起作用的是它自己的电池。',
  ],
  'clock.two': [
    'There is {other} too, which the kernel does not take the time from: only the battery of {chip}, on its module, counts.',
    '还有 {other}，但内核不从它取时间：只有 {chip} 模块上的电池起作用。',
  ],
  'clock.two-module': [
    'There is {other} too, which the kernel does not take the time from: its battery does not count, that of {chip} does.',
    '还有 {other}，但内核不从它取时间：它的电池不起作用，起作用的是 {chip} 的电池。',
  ],
  'clock.two-module.do': [
    'To take the time from {other}, add dtparam=rtc=off to config.txt (Raspberry Pi 5) and restart.',
    '若要从 {other} 取时间，请在 config.txt 中加入 dtparam=rtc=off（树莓派 5）并重启。',
  ],
  'clock.none': ['There is no clock chip: after a power cut the time is wrong.', '没有时钟芯片：断电后时间会出错。'],
  'clock.none.do': [
    'Wire a DS3231 and add dtoverlay=i2c-rtc,ds3231 to config.txt, or make the station a `counter` station in the cloud.',
    '请接入 DS3231 并在 config.txt 中加入 dtoverlay=i2c-rtc,ds3231，或在云端将该充电桩设为 `counter` 类型。',
  ],
  'clock.none-needed': ['There is no clock chip; a counter station needs none.', '没有时钟芯片；计数型充电桩不需要。'],
  'clock.chip-lost': ['The clock chip {chip} has lost the time.', '时钟芯片 {chip} 的时间已丢失。'],
  'clock.chip-lost.do': [
    'Change the battery on its module, set the time, then run `sudo hwclock --systohc`.',
    '请更换其模块上的电池，设置时间，然后运行 `sudo hwclock --systohc`。',
  ],
  'clock.apart': [
    'The clock chip {chip} is {seconds} s away from the machine’s time.',
    '时钟芯片 {chip} 与机器时间相差 {seconds} 秒。',
  ],
  'clock.apart.do': [
    'Set the time, then run `sudo hwclock --systohc`.',
    '请设置时间，然后运行 `sudo hwclock --systohc`。',
  ],

  'clock.set-by-code': [
    'A synchronization typed at the keypad sets this machine’s clock and its chip, too.',
    '在键盘上输入同步码时，也会设定本机的时钟及其芯片。',
  ],
  'clock.kept': [
    'A synchronization leaves this machine’s clock alone (CLOCK_SOCKET is empty): the station keeps an offset to it.',
    '同步码不改动本机时钟（CLOCK_SOCKET 为空）：充电桩保存与它的偏差。',
  ],
  'clock.not-set': [
    'A synchronization cannot set this machine’s clock (there is no {socket}): the station keeps an offset to it.',
    '同步码无法设定本机时钟（没有 {socket}）：充电桩保存与它的偏差。',
  ],
  'clock.not-set.do': [
    'Run `sudo systemctl enable --now offline-charging-clock.socket`, or install.sh again.',
    '请运行 `sudo systemctl enable --now offline-charging-clock.socket`，或重新运行 install.sh。',
  ],

  disk: ['Disk', '磁盘'],
  'disk.no-folder': ['There is no {folder}.', '{folder} 不存在。'],
  'disk.no-folder.do': [
    'Run install.sh, or set DATA_DIR to the station’s folder.',
    '请运行 install.sh，或将 DATA_DIR 设为充电桩的目录。',
  ],
  'disk.free': ['{free} MiB are free for {folder}.', '{folder} 可用空间 {free} MiB。'],
  'disk.full': [
    'Only {free} MiB are free for {folder}; it should be {least}.',
    '{folder} 仅剩 {free} MiB；应有 {least} MiB。',
  ],
  'disk.full.do': [
    'Remove what is not the station’s: `sudo journalctl --vacuum-size=50M`, `sudo apt-get clean`.',
    '请删除无关文件：`sudo journalctl --vacuum-size=50M`、`sudo apt-get clean`。',
  ],
  'disk.read-only': ['{folder} is mounted read-only.', '{folder} 以只读方式挂载。'],
  'disk.read-only.do': [
    'Check the memory card (`dmesg | grep mmc`); a card that went read-only is worn out.',
    '请检查存储卡（`dmesg | grep mmc`）；变为只读的卡已经老化。',
  ],
  'disk.forgetful': [
    '{folder} lies on {type}, which forgets everything when the power goes.',
    '{folder} 位于 {type}，断电后内容会丢失。',
  ],
  'disk.forgetful.do': [
    'Put the station’s folder on the memory card or a disk: used codes must stay used.',
    '请将充电桩目录放在存储卡或磁盘上：用过的码必须始终失效。',
  ],
  'disk.writable': [
    '{folder} can be written, and what is written reaches the disk.',
    '{folder} 可写，写入内容已落盘。',
  ],
  'disk.not-ours': ['{user} may not write to {folder}.', '{user} 无权写入 {folder}。'],
  'disk.not-ours.do': ['Run `sudo chown -R {user} {folder}`.', '请运行 `sudo chown -R {user} {folder}`。'],
  'disk.not-tried': ['Whether {folder} can be written was not tried.', '未测试 {folder} 是否可写。'],
  'disk.failed': ['{folder} cannot be written: {reason}', '无法写入 {folder}：{reason}'],
  'disk.failed.do': [
    'Check the memory card (`dmesg | grep mmc`) and its free space.',
    '请检查存储卡（`dmesg | grep mmc`）及其可用空间。',
  ],

  key: ['Identity and key', '身份与密钥'],
  'key.station': [
    'This is {station}; it sells {unit} in steps of {step}.',
    '本桩为 {station}；以 {unit} 计售，每步 {step}。',
  ],
  'key.station-only': ['This is {station}.', '本桩为 {station}。'],
  'key.none': ['There is no {file}: the station has no key.', '{file} 不存在：充电桩没有密钥。'],
  'key.none.do': [
    'Provision the station in the cloud and run `sudo install.sh --station FILE` with what it gives out.',
    '请在云端开通该充电桩，并用得到的文件运行 `sudo install.sh --station 文件`。',
  ],
  'key.broken': ['{file} holds no id and key.', '{file} 中没有编号和密钥。'],
  'key.not-readable': ['{file} may not be read by whoever runs the doctor.', '运行诊断的用户无权读取 {file}。'],
  'key.open': [
    '{file} has mode {mode}: other users can read the key.',
    '{file} 的权限为 {mode}：其他用户可以读取密钥。',
  ],
  'key.open.do': [
    'Run `sudo chmod 600 {file}`; if others were on this machine, give the station a new key version in the cloud.',
    '请运行 `sudo chmod 600 {file}`；若有他人使用过本机，请在云端更换密钥版本。',
  ],
  'key.other-owner': ['{file} does not belong to {user}.', '{file} 不属于 {user}。'],
  'key.other-owner.do': ['Run `sudo chown {user} {file}`.', '请运行 `sudo chown {user} {file}`。'],

  services: ['Services', '服务'],
  'services.up': ['{unit} runs.', '{unit} 正在运行。'],
  'services.down': ['{unit} does not run ({state}).', '{unit} 没有运行（{state}）。'],
  'services.down.do': ['See `journalctl -u {unit} -n 50` for why.', '原因请见 `journalctl -u {unit} -n 50`。'],
  'services.restarted': [
    '{unit} runs, and was started again {times} times.',
    '{unit} 正在运行，已重新启动 {times} 次。',
  ],
  'services.not-installed': ['Not installed as services: {units}.', '未安装为服务：{units}。'],
  'services.install.do': [
    'On a station run `sudo install.sh`, so that it starts with the machine.',
    '在充电桩上请运行 `sudo install.sh`，使其随机器启动。',
  ],
  'services.no-systemd': ['systemd does not run here.', 'systemd 没有在此运行。'],

  'no-permission': ['{user} may not use {path}.', '{user} 无权使用 {path}。'],
  'no-permission.do': [
    'Run `sudo usermod -aG {group} {user}` and restart the station.',
    '请运行 `sudo usermod -aG {group} {user}` 并重启充电桩。',
  ],
  'as-root.do': [
    'Run the doctor as root: `sudo offline-charging doctor`.',
    '请以 root 身份运行：`sudo offline-charging doctor`。',
  ],

  'all-good': ['Everything is as it should be.', '一切正常。'],
  'some-wrong': ['{count} to mend.', '有 {count} 处需要处理。'],
  'check-failed': ['This could not be checked: {reason}', '无法检查：{reason}'],
  'check-failed.do': [
    'Run the doctor as root, and tell the makers of this package when that does not help.',
    '请以 root 身份运行；若无效，请告知本软件包的作者。',
  ],
} as const satisfies Words;

export type WordKey = keyof typeof words;

/** With those that the drivers bring for their own checks. */
const all: Words = Object.assign({}, words, ...DEVICES.flatMap(({ kinds }) => kinds.map((kind) => kind.words ?? {})));
export const wordKeys = Object.keys(all);

/** @param key of the doctor's words or of a driver's; one that neither has is said as it is */
export function say(
  key: string,
  language: DisplayLanguage,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = all[key]?.[language === 'en' ? 0 : 1] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The language of `LANGUAGE`, `LC_ALL` or `LANG`; English unless one of them is Chinese. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): DisplayLanguage {
  return /^zh/i.test(env.LANGUAGE || env.LC_ALL || env.LANG || '') ? 'zh-CN' : 'en';
}

/** Whether a language that was asked for by name is one of ours: `en`, `en-US`, `zh`, `zh-CN`, also with `_`. */
export function isLanguage(name: string): boolean {
  return /^(en|zh)([-_.]|$)/i.test(name);
}

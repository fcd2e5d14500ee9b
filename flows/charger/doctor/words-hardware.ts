// The doctor's words for pins and devices: English, Simplified Chinese.

export const wordsOfPinsAndDevices = {
  pins: ['Pins', '引脚'],
  'pins.simulated': [
    'The pins are simulated (GPIO_DRIVER=simulated): no relay will move. The relay would be {relays}.',
    '引脚为模拟（GPIO_DRIVER=simulated）：继电器不会动作。继电器引脚为 {relays}。',
  ],
  'pins.driver': ['{driver}', '{driver}'],
  'pins.no-gpio': ['This machine has no GPIO pins.', '这台机器没有 GPIO 引脚。'],
  'pins.no-gpio.do': [
    'A station needs a Raspberry Pi 3, 4 or 5. To try it out without pins, set GPIO_DRIVER=simulated (`npm start` does).',
    '充电桩需要树莓派 3、4 或 5。没有引脚而只想试用时，请设置 GPIO_DRIVER=simulated（`npm start` 已设置）。',
  ],
  'pins.failed': ['The GPIO driver cannot be opened: {reason}', '无法打开 GPIO 驱动：{reason}'],
  'pins.failed.do': [
    'Check GPIO_DRIVER in /etc/offline-charging/station.env.',
    '请检查 /etc/offline-charging/station.env 中的 GPIO_DRIVER。',
  ],
  'pins.not-a-pi.do': [
    'Give lines by name (gpioinfo lists them), or use a Raspberry Pi.',
    '请用名称指定引脚（gpioinfo 可列出），或使用树莓派。',
  ],
  'pins.no-permission.do': [
    'Run the doctor as root, or add the user to the group gpio.',
    '请以 root 身份运行诊断，或将用户加入 gpio 组。',
  ],
  'pins.kept': [
    'The kernel keeps an output on when its program dies ({source}).',
    '程序终止后内核会保持其输出不变（{source}）。',
  ],
  'pins.kept.do': [
    'Add the line dtparam=strict_gpiod to /boot/firmware/config.txt and restart. Until then the relay guard alone switches off.',
    '请在 /boot/firmware/config.txt 中加入 dtparam=strict_gpiod 并重启。在此之前只能由继电器守护程序断开。',
  ],
  'pins.released': [
    'The kernel lets go of a line whose program died ({source}).',
    '程序终止后内核会释放其引脚（{source}）。',
  ],
  'pins.unknown-kernel': [
    'This kernel does not say what it does with a line whose program died.',
    '该内核没有说明程序终止后如何处理其引脚。',
  ],
  'pins.relay-line': [
    'The relay is on line {line}; the level {off} switches it off.',
    '继电器接在引脚 {line}；电平 {off} 使其断开。',
  ],
  'pins.relay-pulled-on': [
    'The relay’s pin is {pin}: that pull switches it on whenever nothing drives the line.',
    '继电器引脚为 {pin}：没有程序驱动时，该上下拉会使继电器闭合。',
  ],
  'pins.relay-pulled-on.do': [
    'Pull it to the level {off}, which is off, or leave the pull out.',
    '请将其拉到断开电平 {off}，或不写上下拉。',
  ],
  'pins.bad-pin': [
    '{name} holds “{value}”, and “{part}” can’t be in it; guard and charger do not start.',
    '{name} 的值“{value}”中不能有“{part}”；守护程序和充电程序不会启动。',
  ],
  'pins.bad-pin.do': [
    'Write it as [CHIP:]LINE[,active-low][,pull-up|pull-down], as in GPIO27, 27,active-low or mcp23017:5, in /etc/offline-charging/station.env.',
    '请在 /etc/offline-charging/station.env 中写作 [CHIP:]LINE[,active-low][,pull-up|pull-down]，例如 GPIO27、27,active-low 或 mcp23017:5。',
  ],
  'pins.bad-level': ['{name} holds “{value}”, which says no level.', '{name} 的值“{value}”不是电平。'],
  'pins.bad-level.do': ['Write true or false, or leave {name} out.', '请写 true 或 false，或不写 {name}。'],
  'pins.bad-pull': ['{name} holds “{value}”, which says no pull.', '{name} 的值“{value}”不是上下拉。'],
  'pins.bad-pull.do': ['Write up, down or none, or leave {name} out.', '请写 up、down 或 none，或不写 {name}。'],
  'pins.pin-list': [
    '{name} holds “{value}”: {part} pins, one an outlet, and this station has one outlet.',
    '{name} 的值“{value}”是 {part} 个引脚（每个插座一个），而本桩只有一个插座。',
  ],
  'pins.pin-list.do': [
    'Leave one pin in {name}: [CHIP:]LINE[,active-low][,pull-up|pull-down].',
    '请在 {name} 中只留一个引脚：[CHIP:]LINE[,active-low][,pull-up|pull-down]。',
  ],
  'pins.pin-contradicts': [
    '{name} holds “{value}”, and {part} says otherwise.',
    '{name} 的值“{value}”与 {part} 矛盾。',
  ],
  'pins.pin-contradicts.do': [
    'Write it once, as it is wired, in {name} ([CHIP:]LINE[,active-low][,pull-up|pull-down]), and leave the other out.',
    '请按接线只在 {name} 中写一次（[CHIP:]LINE[,active-low][,pull-up|pull-down]），并去掉另一处。',
  ],
  'pins.rows': [
    '{name} holds “{value}”: it takes one an outlet, {takes} in all, semicolons between them.',
    '{name} 的值“{value}”：每个插座一项，共 {takes} 项，用分号隔开。',
  ],
  'pins.row-empty': ['{name} names nothing for outlet {takes}.', '{name} 没有写明 {takes} 号插座。'],
  'pins.row-twice': [
    '{name} names “{value}” for the outlets {takes}: each needs its own.',
    '{name} 把“{value}”同时用于 {takes} 号插座：每个插座须各用一个。',
  ],
  'pins.rows.do': [
    'Write one for each outlet in {name}, in the order of their numbers, semicolons between them. How many outlets the station has, the cloud says when it sets it up.',
    '请在 {name} 中按插座编号的顺序各写一项，用分号隔开。充电桩有多少个插座，由云端在开通时给出。',
  ],
  'pins.bad-relays': ['The relays cannot be read: {reason}', '无法读取继电器设置：{reason}'],
  'pins.bad-relays.do': [
    'Check GUARD_RELAYS in /etc/offline-charging/station.env: NAME=PIN, separated by blanks.',
    '请检查 /etc/offline-charging/station.env 中的 GUARD_RELAYS：NAME=PIN，用空格分隔。',
  ],
  'pins.bad-protection': ['The contactor’s rest cannot be read: {reason}', '无法读取接触器的间歇设置：{reason}'],
  'pins.bad-protection.do': [
    'Check RELAY_LEAST_SECONDS and RELAY_MOST_CLOSINGS in /etc/offline-charging/station.env.',
    '请检查 /etc/offline-charging/station.env 中的 RELAY_LEAST_SECONDS 和 RELAY_MOST_CLOSINGS。',
  ],
  'pins.ignored': [
    'station.env has “{name}=”, which no service hears of.',
    'station.env 中的“{name}=”不会传给任何服务。',
  ],
  'pins.ignored.do': [
    'Write NAME=VALUE, each on a line of its own: no `export`, no blanks in the name.',
    '请写作 NAME=VALUE，每行一个：不要写 `export`，名称中不要有空格。',
  ],
  'boot.held': [
    '{file} holds the relay’s line {line} at {level}, which is off, from the first moment on.',
    '{file} 从一开始就将继电器引脚 {line} 保持在断开电平 {level}。',
  ],
  'boot.not-held': [
    '{file} says nothing of the relay’s line {line} ({pin}): nothing holds the relay off while the machine starts.',
    '{file} 中没有继电器引脚 {line}（{pin}）：机器启动期间没有什么使继电器保持断开。',
  ],
  'boot.held-wrong': [
    '{file} says {says}, and the relay is {pin}: it is not held off while the machine starts.',
    '{file} 中为 {says}，而继电器为 {pin}：机器启动期间继电器没有保持断开。',
  ],
  'boot.write.do': [
    'Write {write} under [all] at the end of {file}, in place of other lines for that pin (or run install.sh again), and restart the machine.',
    '请在 {file} 末尾的 [all] 下写入 {write}，替换该引脚的其他行（或重新运行 install.sh），并重启机器。',
  ],
  'boot.no-file': [
    'There is no config.txt in /boot/firmware or /boot: nobody can tell whether the relay is held off while the machine starts.',
    '/boot/firmware 和 /boot 中都没有 config.txt：无法判断机器启动期间继电器是否保持断开。',
  ],
  'boot.no-file.do': [
    'Mount the boot partition, write {write} under [all] at the end of its config.txt, and restart the machine.',
    '请挂载启动分区，在其 config.txt 末尾的 [all] 下写入 {write}，并重启机器。',
  ],
  'boot.not-header': [
    'The relay’s line {line} is not on the header: the firmware cannot hold it off while the machine starts.',
    '继电器引脚 {line} 不在排针上：机器启动期间固件无法使其保持断开。',
  ],
  'boot.not-header.do': [
    'See to it that the relay’s driver is off while nothing drives its input: a resistor to the level that is off.',
    '请确保没有信号时继电器驱动处于断开状态：用电阻接到断开电平。',
  ],
  'boot.drives-input': [
    '{file} says {says}: the firmware drives line {line} of {setting}, against the contact that is wired there.',
    '{file} 中为 {says}：固件会驱动 {setting} 的引脚 {line}，与接在该处的触点冲突。',
  ],
  'boot.drives-input.do': [
    'Take that line out of {file} and restart the machine.',
    '请从 {file} 中删除该行并重启机器。',
  ],
  'boot.stale': [
    '{file} still says {says}, and no relay is there any more.',
    '{file} 中仍有 {says}，而该处已没有继电器。',
  ],
  'boot.stale.do': [
    'Run install.sh again, or take that line out of {file}.',
    '请重新运行 install.sh，或从 {file} 中删除该行。',
  ],
  'pins.relay-on-at-boot': [
    'The relay’s line {line} rests on the side that switches it on while the machine starts.',
    '机器启动期间，继电器引脚 {line} 处于使继电器闭合的电平。',
  ],
  'pins.relay-high.do': [
    'Use one of GPIO9 to GPIO27, which are pulled down at reset.',
    '请改用 GPIO9 至 GPIO27，它们在复位时被下拉。',
  ],
  'pins.relay-low.do': [
    'Use one of GPIO2 to GPIO8, pulled up at reset, or a driver that is on at 1.',
    '请改用 GPIO2 至 GPIO8（复位时被上拉），或使用高电平闭合的驱动。',
  ],
  'pins.vehicle-line': [
    'The plug contact is on line {line}, which reads {level}; {connected} means plugged in.',
    '插头触点接在引脚 {line}，当前读数为 {level}；{connected} 表示已插入。',
  ],
  'pins.line-held': [
    'Line {line} is in use, as it is while the charger runs. ({reason})',
    '引脚 {line} 正在使用中，充电程序运行时即如此。（{reason}）',
  ],
  'pins.line-failed': ['Line {line} cannot be read: {reason}', '无法读取引脚 {line}：{reason}'],
  'pins.line-failed.do': [
    'Check VEHICLE_LINE in /etc/offline-charging/station.env.',
    '请检查 /etc/offline-charging/station.env 中的 VEHICLE_LINE。',
  ],
  'pins.lines-there': ['{setting}: there is {lines}.', '{setting}：引脚 {lines} 存在。'],
  'pins.no-line': [
    '{setting} names a line that this machine does not have: {reason}',
    '{setting} 指定的引脚不存在：{reason}',
  ],
  'pins.no-line.do': [
    'Check {setting} in /etc/offline-charging/station.env.',
    '请检查 /etc/offline-charging/station.env 中的 {setting}。',
  ],
  'pins.not-named': ['{device} is wired, and {setting} names no line.', '已选择 {device}，但 {setting} 没有指定引脚。'],
  'pins.line-twice': ['Line {line} is given to {settings}.', '引脚 {line} 同时用于 {settings}。'],
  'pins.line-twice.do': [
    'Give each its own line in /etc/offline-charging/station.env, as it is wired.',
    '请在 /etc/offline-charging/station.env 中按接线为每项指定各自的引脚。',
  ],
  'pins.line-driven': [
    'A program drives line {line} as an output: it cannot be the plug contact.',
    '有程序将引脚 {line} 用作输出：它不能用作插头触点。',
  ],

  devices: ['Devices', '外设'],
  'devices.display': ['A display answers at {address} ({bus}).', '显示屏在 {address} 应答（{bus}）。'],
  'devices.converter': ['An ADS1115 answers at {address} ({bus}).', 'ADS1115 在 {address} 应答（{bus}）。'],
  'devices.rtc': ['A clock chip answers at {address} ({bus}).', '时钟芯片在 {address} 应答（{bus}）。'],
  'devices.i2c-empty': ['Nothing that the station knows answers on {bus}.', '{bus} 上没有已知设备应答。'],
  'devices.no-i2c': ['I²C is off: no display, clock chip or ADS1115.', 'I²C 未启用：没有显示屏、时钟芯片或 ADS1115。'],
  'devices.no-i2c.do': [
    'If one is wired, add dtparam=i2c_arm=on to config.txt and restart.',
    '若已接入，请在 config.txt 中加入 dtparam=i2c_arm=on 并重启。',
  ],
  'devices.spi': ['SPI is there ({bus}).', 'SPI 可用（{bus}）。'],
  'devices.no-spi': ['SPI is off: no MCP3008.', 'SPI 未启用：没有 MCP3008。'],
  'devices.no-spi.do': [
    'If one is wired, add dtparam=spi=on to config.txt and restart.',
    '若已接入，请在 config.txt 中加入 dtparam=spi=on 并重启。',
  ],
  'devices.port': ['A meter can hang on {port}.', '电表可接在 {port}。'],
  'devices.console': [
    'Linux talks on {port} as well, which garbles a meter there.',
    'Linux 也在使用 {port}，会干扰接在该处的电表。',
  ],
  'devices.console.do': [
    'Switch the serial console off: `sudo raspi-config nonint do_serial_cons 1`, then restart.',
    '请关闭串口控制台：`sudo raspi-config nonint do_serial_cons 1`，然后重启。',
  ],
  'devices.failed': ['I²C cannot be looked at: {reason}', '无法检查 I²C：{reason}'],
  'devices.unknown-kind': ['{setting}={value} is none of {known}.', '{setting}={value} 不在 {known} 之列。'],
  'devices.bad-setting': ['{setting}={value} can’t be: it takes {takes}.', '{setting}={value} 不正确：应为 {takes}。'],
  'devices.setting.do': [
    'Check {setting} in /etc/offline-charging/station.env.',
    '请检查 /etc/offline-charging/station.env 中的 {setting}。',
  ],
  'devices.no-bus': ['DISPLAY_KIND={kind}, and there is no {bus}.', 'DISPLAY_KIND={kind}，但 {bus} 不存在。'],
  'devices.no-bus.do': [
    'Add dtparam=i2c_arm=on to config.txt and restart; check DISPLAY_BUS.',
    '请在 config.txt 中加入 dtparam=i2c_arm=on 并重启；检查 DISPLAY_BUS。',
  ],
  'devices.bad-address': [
    'DISPLAY_ADDRESS={value} is no I²C address: they go from 0x03 to 0x77.',
    'DISPLAY_ADDRESS={value} 不是 I²C 地址：范围为 0x03 至 0x77。',
  ],
  'devices.display-silent': [
    'DISPLAY_KIND={kind}, and no display answers at {address} ({bus}).',
    'DISPLAY_KIND={kind}，但 {address}（{bus}）没有显示屏应答。',
  ],
  'devices.display-silent.do': [
    'Check its wires and supply; most answer at 0x27, some at 0x3F (DISPLAY_ADDRESS).',
    '请检查其接线和供电；多数在 0x27 应答，部分在 0x3F（DISPLAY_ADDRESS）。',
  ],
} as const satisfies Record<string, readonly [string, string]>;

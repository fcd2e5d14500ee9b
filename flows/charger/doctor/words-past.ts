// The doctor's words for what the station remembers: English, Simplified Chinese.

const NEW_KEY = [
  'Press "New SD card / new key" at this station in the cloud’s dashboard, run `sudo install.sh --station FILE` with the file that it gives, and restart the station. Only if this station honoured no code since: `sudo -u offline-charging touch {confirmation}`.',
  '请在云端后台该充电桩处按“新存储卡 / 新密钥”，用得到的文件运行 `sudo install.sh --station 文件`，然后重启充电桩。仅当该桩此后没有接受过任何充电码时，才可运行 `sudo -u offline-charging touch {confirmation}`。',
] as const;

export const wordsOfThePast = {
  past: ['Memory of used codes', '已用充电码的记录'],
  'past.knows': [
    'The journal in {folder} knows which codes of this key were used.',
    '{folder} 中的日志知道此密钥的哪些码已用过。',
  ],
  'past.first': [
    'There is no journal in {folder} yet: the station makes it at its first start.',
    '{folder} 中还没有日志：充电桩首次启动时会创建。',
  ],
  'past.no-mark': [
    'The mark {mark} is missing: it is written with the next code. Until then an older copy of the journal would not be noticed.',
    '缺少标记 {mark}：下一个充电码使用时会写入。在此之前，无法发现日志被换成旧副本。',
  ],
  'past.no-snapshots': [
    'The journal in {folder} has no snapshots beside it; how far it goes shows when the station starts.',
    '{folder} 中的日志旁没有快照；它记录到何处要等充电桩启动才知道。',
  ],
  'past.confirmed': [
    '{confirmation} lies there: at its next start the station takes the journal as it is, although used codes may be missing in it.',
    '已有 {confirmation}：下次启动时充电桩将按现状接受日志，尽管其中可能缺少用过的码。',
  ],
  'past.journal-behind': [
    'The journal in {folder} is missing, or older than the mark {mark} says: a new or restored memory card. Used codes would open again, so the station sells nothing.',
    '{folder} 中的日志缺失，或比标记 {mark} 旧：存储卡是新的或已恢复。用过的码会再次有效，因此充电桩停止销售。',
  ],
  'past.journal-behind.do': NEW_KEY,
  'past.key-not-new': [
    'The journal in {folder} does not know this key, and codes were sold under it before: a new or restored memory card. Used codes would open again, so the station sells nothing.',
    '{folder} 中的日志不认识此密钥，而此密钥下已售出过充电码：存储卡是新的或已恢复。用过的码会再次有效，因此充电桩停止销售。',
  ],
  'past.key-not-new.do': NEW_KEY,
  'past.key-file-old': [
    'The journal in {folder} does not know this key, and the station’s file is more than a week old: it may be a copy that was used before. The station sells nothing.',
    '{folder} 中的日志不认识此密钥，且充电桩文件已超过一周：可能是以前用过的副本。充电桩停止销售。',
  ],
  'past.key-file-old.do': [
    'At a first start save the station’s file once more in the cloud and run `sudo install.sh --station FILE` with it; on a new or restored card press "New SD card / new key" there instead.',
    '首次启动时请在云端重新保存该桩的文件，并用它运行 `sudo install.sh --station 文件`；若换了新卡或恢复了旧卡，请改按“新存储卡 / 新密钥”。',
  ],
  'past.other-station': [
    'The journal in {folder} belongs to {other}, and this station is {station}.',
    '{folder} 中的日志属于 {other}，而本桩为 {station}。',
  ],
  'past.other-station.do': [
    'Put this station’s own card in. Where the card is to serve {station} from now on, move {folder} away and give {station} a new key ("New SD card / new key").',
    '请插入本桩自己的存储卡。若此卡今后用于 {station}，请移走 {folder}，并为 {station} 更换密钥（“新存储卡 / 新密钥”）。',
  ],
  'past.damaged': [
    'Both snapshots of the journal in {folder} are damaged: the station sells nothing.',
    '{folder} 中日志的两个快照都已损坏：充电桩停止销售。',
  ],
  'past.damaged.do': [
    'Keep a copy of {folder}, then follow "A damaged journal" in docs/journal.md; check the memory card (`dmesg | grep mmc`).',
    '请保留 {folder} 的副本，然后按 docs/journal.md 中 “A damaged journal” 处理；并检查存储卡（`dmesg | grep mmc`）。',
  ],
  'past.newer': [
    'The journal in {folder} was written by a newer version of this program.',
    '{folder} 中的日志由更新版本的程序写成。',
  ],
  'past.newer.do': [
    'Update the station: `sudo offline-charging update FILE`.',
    '请更新充电桩：`sudo offline-charging update 文件`。',
  ],
  'past.not-readable': [
    'The journal in {folder} may not be read by whoever runs the doctor.',
    '运行诊断的用户无权读取 {folder} 中的日志。',
  ],
} as const satisfies Record<string, readonly [string, string]>;

import { type Catalogue, inBothUnits } from '../catalogue.ts';
import type { ScreenName } from '../screens.ts';
import { ZH_CN_OUTLETS } from './zh-cn-outlets.ts';

/** 给 HDMI 或触摸屏：每行最多 20 个字，最多 4 行。LOCKED、OUT OF STEP、CLOCK 与客户手机页面上的选项一致。 */
export const ZH_CN: Catalogue<ScreenName> = {
  screens: {
    ...ZH_CN_OUTLETS,
    idle: { lines: ['可以充电', '请输入充电码，', '然后按 # 键'], short: ['请输入充电码，', '然后按 # 键'] },
    'idle-receipt': {
      lines: ['可以充电', '请输入充电码，', '然后按 # 键', '按 * 键查看上次凭证'],
      short: ['输入充电码后按 #', '* 键：上次凭证'],
    },
    'idle-ended': {
      lines: ['充电已结束', '请拔下车辆，', '或输入新的充电码'],
      short: ['充电已结束', '请拔下车辆'],
    },
    'idle-ended-receipt': {
      lines: ['充电已结束', '请拔下车辆，', '或输入新的充电码', '按 * 键显示上次凭证'],
      short: ['请拔下车辆', '按 * 显示凭证'],
    },
    'idle-clock-lost': {
      lines: ['时钟丢失 CLOCK', '请在手机上选择', '“时钟 CLOCK”，', '再在此输入 15 位数字'],
      short: ['时钟丢失 CLOCK', '请看手机'],
    },
    typed: { lines: ['您的充电码：', '{digits}', '', '# 确认    * 清除'], short: ['{digits}', '# 确认  * 清除'] },
    'typed-danger': {
      lines: ['{fault}', '{advice}', '{digits}', '# 确认    * 清除'],
      short: ['{fault}', '{digits}'],
      danger: { lines: ['{fault}', '{warning}', '{digits}', '# 确认    * 清除'], short: ['{warning}', '{digits}'] },
    },
    'ask-stop': {
      lines: ['要停止充电吗？', '是：按 1 再按 #', '否：按 * 键，继续充电', '{digits}'],
      short: ['停止充电？1# 是', '* 否，继续'],
    },
    armed: {
      lines: ['充电码有效', '请在 {seconds} 秒内', '插好车辆', '按 * 键取消'],
      short: ['请插好车辆', '还有 {seconds} 秒'],
    },
    'armed-waiting': {
      lines: ['充电码有效', '请保持插好，', '{seconds} 秒后开始充电', '按 * 键取消'],
      short: ['请保持插好', '{seconds} 秒后开始'],
    },
    'armed-checking': {
      lines: ['充电码有效', '请保持插好，', '请稍候……', '按 * 键取消'],
      short: ['请保持插好', '请稍候……'],
    },
    resuming: { lines: ['刚才停电了', '正在检查您的车辆', '是否仍然插着……'], short: ['刚才停电了', '请稍候……'] },
    interrupted: { lines: ['充电暂停', '正在检查您的车辆', '是否仍然插着……'], short: ['充电暂停', '请稍候……'] },
    starting: { lines: ['正在启动……', '请稍候'], short: ['正在启动……', '请稍候'] },
    'charging-min': {
      lines: ['正在充电', '剩余 {left}', '已充 {elapsed}', '按 * 键停止'],
      short: ['剩余 {left}', '已充 {elapsed}'],
    },
    'charging-Wh': {
      lines: ['正在充电 {elapsed}', '剩余 {left:energy}', '已充 {used:energy}', '按 * 键停止'],
      short: ['剩余 {left:energy}', '用时 {elapsed}'],
    },
    paused: {
      lines: ['车辆已充满，', '或在等待继续充电', '剩余 {left:energy}', '按 * 键停止'],
      short: ['车辆暂停用电', '剩余 {left:energy}'],
    },
    stopping: { lines: ['正在停止……', '请稍候'], short: ['正在停止……', '请稍候'] },
    testing: {
      lines: ['继电器测试：接通', '还有 {seconds} 秒', '请勿插入车辆', '按 * 键停止'],
      short: ['继电器测试：接通', '请勿插入车辆'],
    },
    ...inBothUnits('receipt', {
      lines: ['{reason}', '剩余 {left:energy}', '手机退款凭证：', '{digits}'],
      short: ['退款凭证：', '{digits}'],
    }),
    fault: {
      lines: ['暂停使用：', '{fault}', '{advice}', '{advice2}'],
      short: ['{fault}', '暂停使用'],
      danger: { lines: ['暂停使用：', '{fault}', '{advice}', '{advice2}'], short: ['{warning}', '{fault}'] },
    },
    'fault-kept': {
      lines: ['{fault}', '{advice}', '{advice2}', '按 * 键查看上次凭证'],
      short: ['{fault}', '* 键：上次凭证'],
      danger: {
        lines: ['{fault}', '{advice}', '{advice2}', '按 * 键查看上次凭证'],
        short: ['{warning}', '* 键：上次凭证'],
      },
    },
    'fault-receipt': {
      lines: ['{fault}', '退款凭证：', '{digits}', '请在手机上输入'],
      short: ['{fault}', '{digits}'],
      danger: { lines: ['{fault}', '退款凭证：', '{digits}', '{warning}'], short: ['{warning}', '{digits}'] },
    },
    'fault-unclosed': {
      lines: ['{fault}', '充电已停止，', '凭证稍后显示，', '请稍候'],
      short: ['充电已停止', '凭证稍后显示'],
      danger: { lines: ['{fault}', '{warning}', '凭证稍后显示，', '请稍候'], short: ['{warning}', '凭证稍后显示'] },
    },
    'fault-card': {
      lines: ['暂停服务：存储卡是新的，', '或从旧备份恢复', '运营商请在云端后台选择', '“新存储卡 / 新密钥”'],
      short: ['新卡或旧卡：停用', '运营商请换新密钥'],
    },
    'fault-key-file': {
      lines: ['暂停服务：密钥文件过旧', '运营商请在云端', '重新保存该文件'],
      short: ['密钥文件过旧：', '请在云端重新保存'],
    },
    'fault-other-card': {
      lines: ['暂停服务：', '存储卡属于另一充电桩', '运营商请插入本桩的卡'],
      short: ['存储卡不是本桩的', '运营商请换卡'],
    },
    'fault-old-program': {
      lines: ['暂停服务：', '程序版本低于日志版本', '运营商请更新程序'],
      short: ['程序版本过低：', '运营商请更新'],
    },
    mistyped: { lines: ['充电码输入有误', '请核对数字后', '重新输入'], short: ['输入有误', '请核对数字'] },
    used: { lines: ['此充电码已使用过', '请在手机上获取', '新的充电码'], short: ['此码已使用过', '请获取新码'] },
    expired: {
      lines: ['充电码已过期', '刚购买的请在手机上选择', '“时钟 CLOCK”，', '否则请申请退款'],
      short: ['已过期。刚购买的', '请选 CLOCK'],
    },
    'out-of-step': {
      lines: ['失步 OUT OF STEP', '刚购买的请在手机上选择', '“失步 OUT OF STEP”，', '再在此输入 15 位数字'],
      short: ['OUT OF STEP 失步', '刚购买请看手机'],
    },
    'clock-lost': {
      lines: ['时钟丢失 CLOCK', '请在手机上选择', '“时钟 CLOCK”，', '再在此输入 15 位数字'],
      short: ['时钟丢失 CLOCK', '请看手机'],
    },
    'expired-counter': {
      lines: ['充电码已过期', '刚购买的请在手机上选择', '“失步 OUT OF STEP”'],
      short: ['已过期。刚购买的', '选 OUT OF STEP'],
    },
    invalid: {
      lines: ['充电码不正确，', '或不属于本充电桩', '刚购买的请在手机上选择', '“时钟 CLOCK”'],
      short: ['码不正确。刚购买', '的请选 CLOCK'],
    },
    'invalid-counter': {
      lines: ['充电码不正确，', '或不属于本充电桩', '请在手机上核对'],
      short: ['充电码不正确', '或不属于本桩'],
    },
    'no-report': { lines: ['此屏幕上还没有报告'], short: ['屏幕上还没有报告', ''] },
    locked: {
      lines: ['已锁定 LOCKED，等 {wait}', '或在手机上选择', '“锁定 LOCKED”，', '再在此输入所示数字'],
      short: ['LOCKED {wait}', '或请看手机'],
    },
    busy: {
      lines: ['充电桩正在使用', '您的充电码未被使用', '请在空闲时再输入'],
      short: ['正在使用，请稍候', '充电码未被使用'],
    },
    'out-of-order': {
      lines: ['{fault}', '抱歉，暂停使用', '您的充电码未被使用，', '仍然有效'],
      short: ['{fault}', '充电码未被使用'],
      danger: {
        lines: ['{fault}', '{warning}', '您的充电码未被使用，', '仍然有效'],
        short: ['{warning}', '充电码未被使用'],
      },
    },
    'not-plugged-in': {
      lines: ['没有插入车辆', '您的充电码未被使用', '准备好后请重新输入'],
      short: ['没有插入车辆', '充电码未被使用'],
    },
    cancelled: {
      lines: ['已取消', '您的充电码未被使用', '准备好后请重新输入'],
      short: ['已取消', '充电码未被使用'],
    },
    thanks: { lines: ['充电完成，谢谢！', '请拔下您的车辆'], short: ['充电完成，谢谢！', '请拔下车辆'] },
    'no-receipt': { lines: ['没有可显示的凭证'], short: ['没有可显示的凭证'] },
    'test-refused': {
      lines: ['现在不能测试继电器', '请拔下所有插头，', '等充电桩就绪'],
      short: ['不能测试：请拔下', '并等待就绪'],
    },
    'test-done': { lines: ['继电器测试通过'], short: ['继电器测试通过'] },
    synchronized: {
      lines: ['已重新同步', '请输入充电码'],
      short: ['已重新同步', '请输入充电码'],
    },
    'in-step': {
      lines: ['已经同步，', '无需再次同步', '请输入充电码'],
      short: ['已经同步', '请输入充电码'],
    },
    'lockout-cleared': { lines: ['键盘已解锁', '请输入充电码'], short: ['键盘已解锁', '请输入充电码'] },
    'num-lock-off': {
      lines: ['数字锁定未打开', '请按一次 Num Lock，', '再输入充电码'],
      short: ['数字锁定未打开', '请按 Num Lock'],
    },
    unreadable: {
      lines: ['没有读到充电码', '请扫描手机上的码，', '或输入数字'],
      short: ['没有读到充电码', '请输入数字'],
    },
    ...inBothUnits('your-charge', {
      lines: ['您的充电码正在充电', '剩余 {left:energy}', '按 * 键停止'],
      short: ['您的码正在充电', '剩余 {left:energy}'],
    }),
    ...inBothUnits('your-receipt', {
      lines: ['{reason}', '剩余 {left:energy}', '手机退款凭证：', '{digits}'],
      short: ['您的退款凭证：', '{digits}'],
    }),
    'used-up': {
      lines: ['此充电码已使用过，', '并已全部充完', '请在手机上获取新码'],
      short: ['此码已全部充完', '请获取新码'],
    },
    'session-ended': { lines: ['已完成'], short: ['已完成'] },
  },
  minutes: '分钟',
  reasons: {
    'used-up': '充电完成',
    unplugged: '车辆已拔下',
    'stop-key': '已停止',
    service: '已由运营商停止',
    full: '车辆已充满',
    'power-cut': '曾经停电',
    fault: '因故障停止',
    'handed-back': '已退回',
    'taken-back': '已撤回',
  },
  faults: {
    'emergency-stop': { title: '急停已按下', advice: ['确认安全后', '请复位红色按钮'] },
    'residual-current': {
      title: '漏电保护',
      advice: ['请拔下插头，', '车辆或电缆可能有故障'],
      warning: ['危险：请立即拔下插头', '漏电！请拔下插头'],
    },
    'relay-stuck-on': {
      title: '继电器粘连',
      advice: ['带电！请勿触摸，', '请联系运营商'],
      warning: ['带电！请勿触摸', '带电！请勿触摸'],
      warningAt: ['{outlet} 号插座带电！请勿触摸', '{outlet} 号带电！勿碰'],
    },
    'over-current': { title: '电流过大', advice: ['请拔下车辆', '再试一次'] },
    'over-temperature': { title: '温度过高', advice: ['降温后', '自动恢复'] },
    'guard-lost': { title: '安全停机', advice: ['请联系运营商', ''] },
    'relay-unusable': { title: '开关故障', advice: ['请联系运营商', ''] },
    'gpio-lost': { title: '线路断开', advice: ['请联系运营商', ''] },
    'vehicle-unknown': { title: '无法检测插头', advice: ['请联系运营商', ''] },
    'relay-did-not-close': { title: '开关故障', advice: ['请联系运营商', ''] },
    'relay-opened': { title: '充电被切断', advice: ['请拔下车辆', '再试一次'] },
    'journal-not-writable': { title: '存储故障', advice: ['请联系运营商', ''] },
    'meter-silent': { title: '电表无响应', advice: ['请联系运营商', ''] },
    'meter-implausible': { title: '电表读数异常', advice: ['请联系运营商', ''] },
  },
};

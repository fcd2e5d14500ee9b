import { inBothUnits, type Screens } from '../catalogue.ts';
import type { EN_OUTLETS } from './en-outlets.ts';

/** 有多个插座或多个充电码时的文字。 */
export const ZH_CN_OUTLETS: Screens<keyof typeof EN_OUTLETS> = {
  'idle-several': {
    lines: ['空闲插座：{free}', '请输入充电码，', '然后按 # 键', '停用插座：{broken}'],
    short: ['空闲：{free}', '输入充电码后按 #'],
  },
  'idle-full': {
    lines: ['没有空闲的插座', '输入充电码可续充，', '或查看充电情况'],
    short: ['没有空闲的插座', '输入充电码可续充'],
  },
  'idle-again': {
    lines: ['刚才停电了：', '尚未开始充电的，', '请重新输入充电码，', '然后按 # 键'],
    short: ['刚才停电了', '请重新输入充电码'],
  },
  'typed-outlet': {
    lines: ['插座号：', '{digits}', '', '# 确认    * 清除'],
    short: ['# 确认  * 清除', '插座号 {digits}'],
  },
  choose: {
    lines: ['充电码有效：{amount:sold}', '请输入插座号，再按 #', '已插车：{plugged}', '* 取消，0# 退款'],
    short: ['已插车 {plugged}', '插座号# 退款 0#'],
  },
  'choose-second': {
    lines: ['前一个码已退回，未使用', '此码：{amount:sold}', '插座号，再按 # {plugged}', '* 取消，0# 退款'],
    short: ['前一个码已退回', '插座号# 退款 0#'],
  },
  'choose-test': {
    lines: ['测试哪个插座的继电器？', '输入插座号，再按 #', '* 取消'],
    short: ['测试继电器：', '插座号#，* 取消'],
  },
  'choose-end': {
    lines: ['结束哪个插座的充电？', '输入插座号，再按 #', '* 取消'],
    short: ['结束充电：', '插座号#，* 取消'],
  },
  'ask-stop-at': {
    lines: ['停止 {outlet} 号插座？', '是：按 1 再按 #', '否：按 * 键，继续充电'],
    short: ['* 否，继续', '停止 {outlet} 号？1# 是'],
  },
  'ask-add': {
    lines: ['给正在进行的充电', '增加 {amount:sold}？', '是：按 1 再按 #', '否：按 * 键'],
    short: ['增加{amount:sold}？', '1# 是，* 否'],
  },
  'ask-add-second': {
    lines: ['前一个充电码已放回', '增加 {amount:sold}？', '是：按 1 再按 #', '否：按 * 键'],
    short: ['前一个已放回，增加？', '1# 是，* 否'],
  },
  'ask-add-at': {
    lines: ['给 {outlet} 号插座', '增加 {amount:sold}？', '是：按 1 再按 #', '否：按 * 键'],
    short: ['{outlet} 号 +{amount:sold}？', '1# 是，* 否'],
    danger: {
      lines: ['{warning}', '给 {outlet} 号插座增加？', '是：按 1 再按 #', '否：按 * 键'],
      short: ['{warning}', '增加？1# 是 * 否'],
    },
  },
  'ask-take-back': {
    lines: ['取回 {outlet} 号插座的码？', '码未被使用', '是：按 1 再按 #', '否：按 * 键'],
    short: ['取回 {outlet} 号的码？', '1# 是，* 否'],
    danger: {
      lines: ['{warning}', '取回 {outlet} 号插座的码？', '是：按 1 再按 #', '否：按 * 键'],
      short: ['{warning}', '取回？1# 是 * 否'],
    },
  },
  'ask-take-back-voucher': {
    lines: ['取回 {amount:sold}，', '并显示退款凭证？', '是：按 1 再按 #', '否：按 * 键'],
    short: ['取回{amount:sold}？', '1# 是，* 否'],
    danger: {
      lines: ['{warning}', '取回并显示退款凭证？', '是：按 1 再按 #', '否：按 * 键'],
      short: ['{warning}', '取回？1# 是 * 否'],
    },
  },
  'ask-hand-back': {
    lines: ['退款 {amount:sold}？', '此码将作废', '是：按 1 再按 #', '否：按 * 键'],
    short: ['退款并作废此码？', '1# 是，* 否'],
    danger: {
      lines: ['{warning}', '退款并作废此码？', '是：按 1 再按 #', '否：按 * 键'],
      short: ['{warning}', '退款？1# 是 * 否'],
    },
  },
  'paused-power': {
    lines: ['充电暂停：', '暂无多余功率，', '稍后自动继续', '按 * 键停止'],
    short: ['暂无多余功率', '稍后自动继续'],
  },
  ...inBothUnits('receipt-at', {
    lines: ['{outlet} 号插座的退款凭证', '剩余 {left:energy}', '{reason}', '{digits}'],
    short: ['{outlet} 号退款凭证', '{digits}'],
  }),
  ...inBothUnits('receipt-next', {
    lines: ['手机退款凭证：', '剩余 {left:energy}', '{digits}', '* 下一张凭证，还有 {more} 张'],
    short: ['* 下一张，还有 {more}', '{digits}'],
  }),
  ...inBothUnits('receipt-next-at', {
    lines: ['{outlet} 号插座的退款凭证', '剩余 {left:energy}', '{digits}', '* 下一张凭证，还有 {more} 张'],
    short: ['{outlet} 号，* 下一张', '{digits}'],
  }),
  ...inBothUnits('your-charge-at', {
    lines: ['您的充电码', '正在 {outlet} 号插座充电', '剩余 {left:energy}', '按 * 键停止'],
    short: ['{outlet} 号，* 停止', '剩余 {left:energy}'],
  }),
  'your-pause-at': {
    lines: ['您在 {outlet} 号插座暂停：', '暂无多余功率', '稍后自动继续', '按 * 键停止'],
    short: ['{outlet} 号暂停，* 停止', '暂无多余功率'],
  },
  ...inBothUnits('your-part', {
    lines: ['您的充电码', '正在 {outlet} 号插座充电', '剩余 {left:energy}', '用第一个码可停止充电'],
    short: ['正在 {outlet} 号充电', '剩余 {left:energy}'],
  }),
  'your-next': {
    lines: ['您的 {amount:sold}', '随后使用', '按 * 键取回'],
    short: ['您的码随后使用', '* 取回'],
  },
  'your-next-at': {
    lines: ['您的 {amount:sold}', '随后在 {outlet} 号插座使用', '按 * 键取回'],
    short: ['随后在 {outlet} 号使用', '* 取回'],
  },
  'your-wait': {
    lines: ['您的充电码在等待：', '请在 {outlet} 号插座', '插好车辆', '按 * 键取回'],
    short: ['请在 {outlet} 号插车', '* 取回'],
  },
  'your-turn': {
    lines: ['您的充电码在等待：', '{outlet} 号插座会自动开始', '请保持插好', '按 * 键取回'],
    short: ['{outlet} 号会自动开始', '* 取回'],
  },
  'outlet-free': {
    lines: ['{outlet} 号插座空闲', '请输入充电码，', '然后按 # 键'],
    short: ['{outlet} 号插座空闲', '输入充电码后按 #'],
  },
  'outlet-plugged': {
    lines: ['{outlet} 号插座空闲，已插车', '请输入充电码，', '然后按 # 键'],
    short: ['{outlet} 号已插车', '输入充电码后按 #'],
  },
  'outlet-vehicle': {
    lines: ['{outlet} 号插座：', '请在 {seconds} 秒内', '插好车辆'],
    short: ['请在 {outlet} 号插车', '还有 {seconds} 秒'],
  },
  'outlet-rest': {
    lines: ['{outlet} 号插座：', '请保持插好，', '{seconds} 秒后开始充电'],
    short: ['请保持插好', '{outlet} 号 {seconds} 秒后开始'],
  },
  'outlet-checking': {
    lines: ['{outlet} 号插座：', '请保持插好，', '请稍候……'],
    short: ['请保持插好', '{outlet} 号，请稍候'],
  },
  'outlet-power': {
    lines: ['{outlet} 号插座：', '暂无多余功率，请保持插好', '稍后自动开始'],
    short: ['暂无多余功率', '{outlet} 号稍后开始'],
  },
  'outlet-testing': {
    lines: ['{outlet} 号插座：', '继电器测试，还有 {seconds} 秒', '请勿插入车辆'],
    short: ['{outlet} 号继电器测试', '请勿插入车辆'],
  },
  'outlet-busy': {
    lines: ['{outlet} 号插座正忙', '请稍候……'],
    short: ['请稍候', '{outlet} 号插座正忙'],
  },
  'outlet-charging-min': {
    lines: ['{outlet} 号插座正在充电', '剩余 {left}', '停止：输入其码或拔下'],
    short: ['{outlet} 号正在充电', '{outlet} 号剩余 {left}'],
  },
  'outlet-charging-Wh': {
    lines: ['{outlet} 号插座正在充电', '剩余 {left:energy}', '停止：输入其码或拔下'],
    short: ['{outlet} 号正在充电', '{outlet} 号 {left:energy}'],
  },
  'outlet-paused': {
    lines: ['{outlet} 号插座：车辆已充满，', '或在等待继续充电', '停止：输入其码或拔下'],
    short: ['车辆暂停用电', '{outlet} 号已满或等待'],
  },
  'outlet-paused-power': {
    lines: ['{outlet} 号插座暂停：', '暂无多余功率', '稍后自动继续'],
    short: ['暂无多余功率', '{outlet} 号暂停'],
  },
  'outlet-fault': {
    lines: ['{outlet} 号插座：', '{fault}', '暂停使用，', '请换一个插座'],
    short: ['{fault}', '{outlet} 号停用'],
  },
  'outlet-unknown': {
    lines: ['没有这个插座，', '插座号为 1 到 {outlets}'],
    short: ['没有这个插座', '插座号 1 到 {outlets}'],
  },
  'outlet-taken': {
    lines: ['{outlet} 号插座已被占用', '请输入别的插座号，', '再按 #；* 取消'],
    short: ['{outlet} 号已被占用', '{outlet} 号不行，请换'],
  },
  'outlet-unusable': {
    lines: ['{outlet} 号插座：', '{fault}', '您的充电码未被使用，', '请换一个插座'],
    short: ['{outlet} 号停用', '请换一个插座'],
  },
  'not-plugged-in-at': {
    lines: ['{outlet} 号插座没有插车', '您的充电码未被使用', '准备好后请重新输入'],
    short: ['{outlet} 号没有插车', '充电码未被使用'],
  },
  'expired-at': {
    lines: ['{outlet} 号插座：充电码已过期', '充电码未被使用', '请用手机申请退款'],
    short: ['{outlet} 号：码已过期', '充电码未被使用'],
  },
  'thanks-at': {
    lines: ['{outlet} 号插座充电完成，', '谢谢！', '请拔下您的车辆'],
    short: ['请拔下车辆', '{outlet} 号充电完成'],
  },
  replaced: {
    lines: ['前一个码已退回，未使用', '此码有效：', '请插好车辆'],
    short: ['前一个码已退回', '请插好车辆'],
  },
  'not-chosen': {
    lines: ['没有选择插座', '您的充电码未被使用', '准备好后请重新输入'],
    short: ['没有选择插座', '充电码未被使用'],
  },
  'service-unused': {
    lines: ['没有执行任何操作', '服务码未被使用'],
    short: ['未执行任何操作', '服务码未被使用'],
  },
  report: {
    lines: ['充电桩的报告：', '请扫描充电桩屏幕上', '的二维码'],
    short: ['报告：请扫描屏幕', '上的二维码'],
  },
};

// What the page says, in each language, and how it writes amounts, money and times.
// ES2015 without modules: phones of 2016 run it as it is.
(() => {
  const texts = {
    en: {
      title: 'Charge',
      howMuch: 'How much?',
      less: 'Less',
      more: 'More',
      get: 'Get code',
      getFor: 'Get code · {price}',
      getting: 'Getting your code …',
      pay: 'Pay',
      paying: 'Your code appears here as soon as it is paid.',
      unitPrice: '{price} for each {step}',
      unitPriceWh: '{price} for each {step}, {energy} a kWh',
      yourCode: 'Your code for {amount}',
      paid: 'Your code for {amount} · {price}',
      copy: 'Copy code',
      copied: 'Copied.',
      copyFailed: 'This browser cannot copy. Please write the code down.',
      another: 'Get another code',
      step1: 'Plug in your vehicle.',
      step2: 'Type the digits on the charger’s keypad.',
      step3: 'Press # to finish.',
      step3Outlets: 'Press #, then the number of your outlet and # again.',
      outlets: '{count} outlets',
      kept: 'The code stays on this phone. You can open this page again without signal.',
      keptOpen:
        'The code stays on this phone. Without signal this page does not open again: leave it open, or write the code down.',
      notKept: 'This browser keeps nothing. Please write the code down before you close the page.',
      expires: 'Type it within {time}.',
      expiresRescue: 'The QR code, and its {digits} digits, are good for {time}.',
      expiresFirst: 'The first {digits} digits are good for {time}.',
      scan: 'Has the charger a scanner? Hold this before it instead of typing. It charges once, scanned or typed.',
      qrLabel: 'QR code of these {count} digits: {digits}',
      expired: 'This code’s time is over. If you never typed it, you get your money back.',
      noExpiry: 'No need to hurry: it expires only after many newer codes were used.',
      expiredLong:
        'Time is over for the first digits. The same purchase charges with these {digits} digits within {time}. You need not pay again.',
      valid: 'Bought now, it can be typed until {time}.',
      validLong: 'After that the same purchase has 12 digits, until {time}.',
      ask: 'Please ask this charger’s operator.',
      askAt: 'Please ask the operator: {contact}',
      number: 'Number of this purchase: {number}',
      strayTitle: 'A payment has no code',
      cancelled: 'This request was cancelled. Nothing was bought.',
      busyReceipts: 'Too many receipts that did not fit were tried.',
      busyRequests: 'Too much was asked for from here in a short time.',
      elsewhere: 'Bought on another phone or at a counter?',
      proofLabel: 'The code you typed, or the number of the purchase',
      proofWrong: 'A code has 10, 12 or 14 digits, a purchase’s number 32 characters.',
      receiptElsewhere:
        'Nothing bought in this browser fits it. Compare the digits with the display. Bought elsewhere? Give the code as well.',
      refundPayment: 'It goes back the way you paid.',
      refundSlip: 'Paid in cash: against your slip alone.',
      stray: '{money} ({date}): {why}.',
      'stray-cancelled': 'paid after you had cancelled, has to be given back',
      'stray-late': 'paid too late, has to be given back',
      'stray-second': 'paid a second time, has to be given back',
      'stray-differs': 'not the price, has to be given back',
      'stray-not-sold': 'no longer sold, has to be given back',
      'refund-due': '{money} is on its way.',
      'refund-failed': '{money} is tried again.',
      'refund-paid': '{money} was paid back.',
      bill: 'Bill',
      strayReturned: 'given back',
      says: 'The charger says …',
      wordLocked: 'LOCKED',
      helpLocked: 'Too many wrong codes were typed. Show my code with more digits: the charger still takes that one.',
      lockedNeedsCode: 'Get a code first; then this button shows it with more digits.',
      longAlready:
        'It has all its digits already: the charger takes it while locked; if not, type it again in five minutes.',
      wordStep: 'OUT OF STEP',
      helpStep: 'The charger lost count of the codes. Show me 15 digits that mend it.',
      wordClock: 'CLOCK',
      helpClock: 'The charger does not know the time. Show me 15 digits that set it.',
      saysOther: 'It says something else',
      wordMistyped: 'Mistyped code',
      helpMistyped: 'A digit is wrong or missing. Type the code again, then #.',
      wordUsed: 'Code already used',
      helpUsed: 'This code has already charged. Get another one.',
      wordExpired: 'Code has expired',
      helpExpired:
        'Bought just now? Choose CLOCK. Digits of this purchase that are still good stand above: you need not pay again.',
      wordInvalid: 'Wrong code',
      helpInvalid:
        'The code is not for this charger. Compare the number on the charger with the one on top of this page.',
      syncFirst: 'First type these 15 digits, then #:',
      thenCode: 'Then type your code again, then #:',
      syncLone: 'After that the charger takes your code.',
      longTitle: 'The same code with {digits} digits · {amount}',
      refund: 'Charge ended early?',
      receiptLabel: 'Receipt on the charger’s display (12 or 14 digits)',
      receiptHint: 'Or point your phone’s camera at the QR code on the charger’s screen.',
      claim: 'Claim refund',
      receiptLength: 'A receipt has 12 or 14 digits; these are {count}.',
      receiptWrong: 'A digit is wrong. Please compare with the charger’s display.',
      refunded: 'You bought {bought} and {unused} was left.',
      refundMoney: 'You get {money} back.',
      refundNone: 'It is recorded with the operator.',
      history: 'Codes on this phone',
      forget: 'Delete the code of {date}',
      forgetShort: 'Delete',
      show: 'Show',
      showLabel: 'Show the code of {date}',
      forgetAll: 'Delete all',
      forgetSure: 'Delete this code? It cannot be shown again on this phone.',
      forgetAllSure: 'Delete all codes of this charger from this phone?',
      forgotten: 'Deleted.',
      stateExpired: 'time over',
      stateRefunded: '{unused} refunded',
      retry: 'Try again',
      close: 'Close',
      drop: 'Don’t get this code',
      done: 'Done',
      endsSoon: 'Your code is valid for five more minutes.',
      wait: 'You can try again in {time}.',
      waitOver: 'You can try again now.',
      safe: 'Trying again is safe: you get the same code and pay once.',
      offline: 'No connection. Codes on this phone can still be read.',
      online: 'Connected again.',
      loading: 'Loading …',
      unansweredTitle: 'Your last request was not answered',
      unanswered: 'You asked for {amount}.',
      noAnswerTitle: 'No answer',
      noAnswer: 'The phone may have no signal.',
      noSignalTitle: 'This needs signal for a moment',
      noSignalSynchronize:
        'Go where there is signal and try again, or let any phone with signal open this charger’s page: it gives the same 15 digits, free. Your code stays good.',
      noSignalLonger:
        'Go where there is signal and try again, or wait: the charger says when it takes your code again.',
      away: 'The service is away for a moment.',
      awayTitle: 'Please try again in a moment',
      busyTitle: 'One moment, please',
      busy: 'Too many codes were asked for in a short time.',
      malformedTitle: 'That did not work',
      malformed: 'The service did not understand this page. Please load it again.',
      deniedTitle: 'Not allowed',
      denied: 'This page gets no codes here. Please ask the charger’s operator.',
      unknownTitle: 'Unknown charger',
      unknown: 'There is no charger with this number. Scan the QR code on the charger again.',
      unknownRequest: 'The service does not know this code any more. Please get another one.',
      retiredTitle: 'Out of service',
      retired: 'This charger is out of service.',
      lapsedTitle: 'Not paid',
      lapsed: 'The payment did not arrive in time. Nothing was bought.',
      conflictTitle: 'Please choose again',
      conflict: 'This request does not fit the one before. Nothing was bought.',
      termsChanged: 'The charger’s offer has changed. Nothing was bought.',
      paidTitle: 'Already paid',
      paidBefore: 'Load this page again to see the code.',
      notThePrice: 'What was paid is not the price. Please ask the charger’s operator.',
      report: 'What this charger reports',
      reportFigures: 'The last charge here, at outlet {outlet}: {delivered} of {bought}.',
      reportSent: 'It has arrived. Thank you.',
      reportsKept: 'Kept on this phone: {count}. Sent as soon as there is signal.',
      reportTitle: 'That report does not count',
      reportWrong: 'This charger did not make it, or a part of it is missing. Scan the QR code once more.',
      settledTitle: 'Already refunded',
      settled: 'This receipt was claimed before. Each receipt counts once.',
      amountTitle: 'Not this amount',
      amount: 'This charger does not sell that amount. Please choose another one.',
      receiptTitle: 'Receipt not accepted',
      failedTitle: 'Something went wrong',
      failed: 'It is not your fault.',
      minutes: '{n} min',
      hours: '{h} h',
      hoursMinutes: '{h} h {n} min',
      seconds: '{n} s',
    },
    'zh-CN': {
      title: '充电',
      howMuch: '充多少？',
      less: '减少',
      more: '增加',
      get: '获取充电码',
      getFor: '获取充电码 · {price}',
      getting: '正在获取充电码……',
      pay: '付款',
      paying: '付款后，充电码会立即显示在这里。',
      unitPrice: '每 {step} {price}',
      unitPriceWh: '每 {step} {price}，即每千瓦时 {energy}',
      yourCode: '您的充电码：{amount}',
      paid: '您的充电码：{amount} · {price}',
      copy: '复制充电码',
      copied: '已复制。',
      copyFailed: '此浏览器不能复制，请把充电码抄下来。',
      another: '再获取一个充电码',
      step1: '把车辆接上充电桩。',
      step2: '在充电桩键盘上输入这些数字。',
      step3: '最后按 #。',
      step3Outlets: '按 #，再输入插座编号，最后再按 #。',
      outlets: '{count} 个插座',
      kept: '充电码保存在本手机上。没有信号也可以再次打开此页面。',
      keptOpen: '充电码保存在本手机上。没有信号时无法再次打开此页面：请不要关闭它，或把充电码抄下来。',
      notKept: '此浏览器不保存任何内容。关闭页面前请把充电码抄下来。',
      expires: '请在 {time} 内输入。',
      expiresRescue: '二维码及其 {digits} 位数字在 {time} 内有效。',
      expiresFirst: '原来的 {digits} 位数字在 {time} 内有效。',
      scan: '充电桩有扫描器？把此二维码对准它，不必输入。扫描或输入，只能充电一次。',
      qrLabel: '二维码，{count} 位数字：{digits}',
      expired: '此充电码的时间已过。如果您从未输入过它，可以退款。',
      noExpiry: '不必着急：要等许多更新的充电码被使用后，它才会失效。',
      expiredLong: '原来的数字已过期。同一次购买可在 {time} 内输入这 {digits} 位数字，不必再次付款。',
      valid: '现在购买，可输入至 {time}。',
      validLong: '之后同一次购买还有 12 位数字，可用至 {time}。',
      ask: '请联系此充电桩的运营商。',
      askAt: '请联系运营商：{contact}',
      number: '购买编号：{number}',
      strayTitle: '有一笔付款没有充电码',
      cancelled: '此请求已取消。没有购买任何内容。',
      busyReceipts: '尝试的不符凭证太多。',
      busyRequests: '短时间内从这里发出的请求太多。',
      elsewhere: '在其他手机或柜台购买？',
      proofLabel: '您输入的充电码，或购买编号',
      proofWrong: '充电码为 10、12 或 14 位数字；购买编号为 32 个字符。',
      receiptElsewhere: '此浏览器中的购买与此凭证不符。请核对数字。在别处购买？请同时提供充电码。',
      refundPayment: '将按原付款方式退回。',
      refundSlip: '现金付款：仅凭您的票据退款。',
      stray: '{money}（{date}）：{why}。',
      'stray-cancelled': '在您取消之后付款，应予退还',
      'stray-late': '付款过迟，应予退还',
      'stray-second': '重复付款，应予退还',
      'stray-differs': '与价格不符，应予退还',
      'stray-not-sold': '不再出售，应予退还',
      'refund-due': '{money} 正在退还。',
      'refund-failed': '{money} 将再次退还。',
      'refund-paid': '{money} 已退还。',
      bill: '收据',
      strayReturned: '已退还',
      says: '充电桩显示……',
      wordLocked: '锁定 LOCKED',
      helpLocked: '错误的充电码输入太多次。显示我的更长充电码：锁定时仍可使用。',
      lockedNeedsCode: '请先获取充电码，然后此按钮会显示更长的同一充电码。',
      longAlready: '您的充电码已是最长。锁定时充电桩仍接受它；如果不接受，请等五分钟再输入。',
      wordStep: '失步 OUT OF STEP',
      helpStep: '充电桩的计数与云端不一致。显示用于修复的 15 位数字。',
      wordClock: '时钟 CLOCK',
      helpClock: '充电桩不知道时间。显示用于校时的 15 位数字。',
      saysOther: '显示其他内容',
      wordMistyped: '充电码输入有误',
      helpMistyped: '有一位数字错误或缺失。请重新输入充电码，然后按 #。',
      wordUsed: '此充电码已使用过',
      helpUsed: '此充电码已经用过。请重新获取。',
      wordExpired: '充电码已过期',
      helpExpired: '刚刚购买？请选择“时钟 CLOCK”。这次购买仍可用的数字显示在上面，不必再次付款。',
      wordInvalid: '充电码不正确',
      helpInvalid: '此充电码不属于这台充电桩。请核对充电桩上的编号与本页顶部的编号。',
      syncFirst: '先输入这 15 位数字，然后按 #：',
      thenCode: '再次输入您的充电码，然后按 #：',
      syncLone: '之后充电桩就会接受您的充电码。',
      longTitle: '同一充电码（{digits} 位）：{amount}',
      refund: '充电提前结束？',
      receiptLabel: '充电桩显示的凭证（12 或 14 位数字）',
      receiptHint: '也可以用手机相机对准充电桩屏幕上的二维码。',
      claim: '申请退款',
      receiptLength: '凭证为 12 或 14 位数字，现在是 {count} 位。',
      receiptWrong: '有一位数字错误。请与充电桩的显示核对。',
      refunded: '您购买了 {bought}，剩余 {unused}。',
      refundMoney: '将退还 {money}。',
      refundNone: '已记录到运营商。',
      history: '本手机上的充电码',
      forget: '删除 {date} 的充电码',
      forgetShort: '删除',
      show: '显示',
      showLabel: '显示 {date} 的充电码',
      forgetAll: '全部删除',
      forgetSure: '删除此充电码？本手机将无法再显示它。',
      forgetAllSure: '从本手机删除这台充电桩的全部充电码？',
      forgotten: '已删除。',
      stateExpired: '已过期',
      stateRefunded: '已退 {unused}',
      retry: '重试',
      close: '关闭',
      drop: '不要此充电码',
      done: '完成',
      endsSoon: '您的充电码还有五分钟有效。',
      wait: '{time} 后可以重试。',
      waitOver: '现在可以重试。',
      safe: '重试是安全的：您会得到同一个充电码，只付一次款。',
      offline: '没有网络连接。本手机上的充电码仍可查看。',
      online: '网络已恢复。',
      loading: '正在加载……',
      unansweredTitle: '上次的请求没有收到回应',
      unanswered: '您请求了 {amount}。',
      noAnswerTitle: '没有回应',
      noAnswer: '手机可能没有信号。',
      noSignalTitle: '需要片刻信号',
      noSignalSynchronize:
        '请到有信号的地方重试，或用任何一部有信号的手机打开本充电桩的页面：会免费给出相同的 15 位数字。您的充电码仍有效。',
      noSignalLonger: '请到有信号的地方重试，或稍等：充电桩会显示何时再接受您的充电码。',
      away: '服务暂时不可用。',
      awayTitle: '请稍后重试',
      busyTitle: '请稍候',
      busy: '短时间内请求的充电码太多。',
      malformedTitle: '没有成功',
      malformed: '服务无法理解此页面的请求。请重新加载页面。',
      deniedTitle: '没有权限',
      denied: '此页面不能在这里获取充电码。请联系充电桩运营商。',
      unknownTitle: '未知的充电桩',
      unknown: '没有这个编号的充电桩。请重新扫描充电桩上的二维码。',
      unknownRequest: '服务已找不到此充电码。请重新获取。',
      retiredTitle: '已停用',
      retired: '这台充电桩已停用。',
      lapsedTitle: '未付款',
      lapsed: '没有及时收到付款。没有购买任何内容。',
      conflictTitle: '请重新选择',
      conflict: '此请求与之前的请求不一致。没有购买任何内容。',
      termsChanged: '充电桩的售价或单位已更改。没有购买任何内容。',
      paidTitle: '已付款',
      paidBefore: '请重新加载页面以查看充电码。',
      notThePrice: '付款金额与价格不符。请联系充电桩运营商。',
      report: '此充电桩的报告',
      reportFigures: '{outlet} 号插座最近一次充电：已充 {delivered}，共购 {bought}。',
      reportSent: '已送达，谢谢。',
      reportsKept: '已存于此手机：{count} 份。一有信号即发送。',
      reportTitle: '这份报告无效',
      reportWrong: '它不是此充电桩生成的，或内容残缺。请重新扫描二维码。',
      settledTitle: '已经退款',
      settled: '此凭证之前已申请过。每张凭证只能使用一次。',
      amountTitle: '不能选择此数量',
      amount: '这台充电桩不出售该数量。请选择其他数量。',
      receiptTitle: '凭证未被接受',
      failedTitle: '出现问题',
      failed: '这不是您的错。',
      minutes: '{n} 分钟',
      hours: '{h} 小时',
      hoursMinutes: '{h} 小时 {n} 分钟',
      seconds: '{n} 秒',
    },
  };

  let language = 'en';

  /** The text of that name in the page's language, its {names} filled in. */
  const say = (name, values) =>
    (texts[language][name] || '').replace(/\{(\w+)\}/g, (_, key) => String((values || {})[key]));

  /** Sentences one behind the other: Chinese has no blank between them. */
  const sentences = (list) => list.filter(Boolean).join(language === 'zh-CN' ? '' : ' ');

  /**
   * Numbers and dates as this phone's owner writes them: 29 Nov in Britain, Nov 29 in America. Chromium on a machine without
   * a language of its own says en-US@posix, which its Intl throws at.
   */
  const locale = () => {
    const spoken = new RegExp(`^${language.slice(0, 2)}(-[a-z0-9]+)+$`, 'i');
    const wished = (navigator.languages || []).filter((tag) => spoken.test(tag))[0];
    return wished || (language === 'en' ? 'en-GB' : language);
  };

  const number = (value, options) => {
    try {
      return new Intl.NumberFormat(locale(), options).format(value);
    } catch (_error) {
      return String(value);
    }
  };

  /** Seconds as a person says them; under five minutes to the second. */
  const duration = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return say('seconds', { n: whole });
    if (whole < 300) return `${say('minutes', { n: Math.floor(whole / 60) })} ${say('seconds', { n: whole % 60 })}`;
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return say('minutes', { n: minutes });
    return say(minutes % 60 ? 'hoursMinutes' : 'hours', { h: Math.floor(minutes / 60), n: minutes % 60 });
  };

  const amount = (value, unit) => {
    if (unit === 'min') {
      const minutes = Math.round(value * 10) / 10;
      if (minutes < 90 || minutes % 1) return say('minutes', { n: number(minutes) });
      return say(minutes % 60 ? 'hoursMinutes' : 'hours', { h: Math.floor(minutes / 60), n: minutes % 60 });
    }
    if (value >= 1000) return `${number(value / 1000, { maximumFractionDigits: 3 })} kWh`;
    return `${number(value, { maximumFractionDigits: 0 })} ${unit}`;
  };

  const when = (iso) => {
    const date = new Date(iso);
    const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
    try {
      return date.toLocaleString(locale(), options);
    } catch (_error) {
      return date.toLocaleString();
    }
  };

  /** {minorUnits, currency} as that currency is written, with the decimals of ISO 4217: browsers know other ones. */
  const money = (price) => {
    const known = window.Charge.decimals[price.currency];
    const decimals = known === undefined ? 2 : known;
    const value = price.minorUnits / Math.pow(10, decimals);
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    try {
      const options = Object.assign({ style: 'currency', currency: price.currency }, digits);
      return new Intl.NumberFormat(locale(), options).format(value);
    } catch (_error) {
      return `${value.toFixed(decimals)} ${price.currency}`;
    }
  };

  const setLanguage = (wanted) => {
    language = texts[wanted] ? wanted : 'en';
    document.documentElement.lang = language;
  };

  /** The first language of the browser's list that the page speaks. */
  const browsersLanguage = () => {
    const wished =
      navigator.languages && navigator.languages.length ? navigator.languages : [navigator.language || 'en'];
    for (const tag of wished) {
      if (/^zh\b/i.test(tag)) return 'zh-CN';
      if (/^en\b/i.test(tag)) return 'en';
    }
    return 'en';
  };

  window.Charge = {
    texts,
    say,
    sentences,
    number,
    duration,
    amount,
    when,
    money,
    setLanguage,
    browsersLanguage,
    language: () => language,
  };
})();

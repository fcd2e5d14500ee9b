// The operator's login: a form in both languages that needs no script.
const FAILURES = {
  wrong: ['User or password is wrong.', '用户名或密码错误。'],
  tooMany: ['Too many tries. Please wait five minutes.', '尝试次数过多，请等待五分钟。'],
} as const;

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** @param to where the form goes on to; a path of ours */
export function loginPage(to: string, failure?: keyof typeof FAILURES): string {
  const [english, chinese] = failure ? FAILURES[failure] : ['', ''];
  const error = failure ? `<p role="alert">${english} <span lang="zh-CN">${chinese}</span></p>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Operator · 运营商</title>
<style>
:root { --page: #f1f4f2; --card: #fff; --ink: #14201b; --line: #7b8a83; --main: #0b5c43; --on: #fff; --bad: #9c1c1c; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0e1512; --card: #18211d; --ink: #eef4f1; --line: #76867e; --main: #6fdcb2; --on: #06241a; --bad: #ffb3ad; }
}
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 8vh auto 0; padding: 1.5rem; border-radius: .75rem; background: var(--card); }
h1 { margin: 0 0 1rem; font-size: 1.375rem; }
label { display: block; margin-top: .75rem; font-weight: bold; }
input { box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem .75rem; border: 2px solid var(--line); border-radius: .625rem; background: transparent; color: inherit; font: inherit; }
button { width: 100%; min-height: 3.25rem; margin-top: 1.25rem; border: 0; border-radius: .625rem; background: var(--main); color: var(--on); font: inherit; font-weight: bold; cursor: pointer; }
p { color: var(--bad); }
</style>
</head>
<body>
<main>
<h1>Operator <span lang="zh-CN">运营商</span></h1>
${error}
<form method="post" action="/operator/login">
<input type="hidden" name="to" value="${escaped(to)}">
<label for="user">User <span lang="zh-CN">用户名</span></label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password <span lang="zh-CN">密码</span></label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Log in <span lang="zh-CN">登录</span></button>
</form>
</main>
</body>
</html>
`;
}

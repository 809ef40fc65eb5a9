/* The looks: colours, radii and sizes are those of Home Assistant's own cards. A theme can set --pbx-free and so on. */

import { css } from "lit";

export const styles = css`
:host {
  display: block; color: var(--primary-text-color);
  font: 400 14px/1.6 var(--ha-font-family-body, Roboto, Noto, sans-serif);
  --c-free: var(--pbx-free, var(--green-color, #4caf50));
  --c-ringing: var(--pbx-ringing, var(--orange-color, #ff9800));
  --c-talking: var(--pbx-talking, var(--blue-color, #2196f3));
  --c-held: var(--pbx-held, color-mix(in srgb, var(--blue-grey-color, #607d8b) 78%, var(--primary-text-color)));
  --c-supervision: var(--pbx-supervision, color-mix(in srgb, var(--purple-color, #926bc7) 86%, var(--primary-text-color)));
  --c-long: var(--pbx-long, var(--amber-color, #ffc107));
  --c-off: var(--state-inactive-color, #9e9e9e);
  --c-wrong: var(--error-color, #db4437);
  --c-late: var(--warning-color, #ffa600);
  --c-icon: var(--state-icon-color, #44739e);
  --solid: color-mix(in srgb, var(--purple-color, #926bc7) 82%, #000);
  --radius: var(--ha-card-border-radius, 12px);
}
*, ::before, ::after { box-sizing: border-box; }
button { font: inherit; color: inherit; border: 0; background: none; padding: 0; cursor: pointer; text-align: inherit; }
button[aria-busy=true] { animation: busy 1s ease-in-out infinite; }
h2 { font-weight: 400; }
ha-icon { --mdc-icon-size: 24px; display: block; line-height: 0; flex: none; width: var(--mdc-icon-size); height: var(--mdc-icon-size); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }
.panel { container-type: inline-size; max-width: 1560px; margin: 0 auto; }
.grid { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 28px; }
.card { background: var(--ha-card-background, var(--card-background-color)); border: 1px solid var(--ha-card-border-color, var(--divider-color)); border-radius: var(--radius); }
.card:where(.person:hover, pbx-call:hover, [lit] > .person, pbx-call[lit]) { border-color: color-mix(in srgb, var(--primary-text-color) 28%, transparent); }
.h { display: flex; align-items: center; gap: 8px; font-size: 16px; line-height: 24px; margin: 16px 4px 8px; }
.h ha-icon { --mdc-icon-size: 20px; }
.h .n { color: var(--secondary-text-color); font-size: 14px; }
.sp { flex: 1; }
.chip { height: 26px; padding: 0 10px; border-radius: 13px; font-size: 12px; font-weight: 500; display: inline-flex; align-items: center; position: relative; background: color-mix(in srgb, var(--primary-text-color) 7%, transparent); }
.chip::after { content: ""; position: absolute; inset: -5px 0; }
.chip[aria-pressed=true] { background: color-mix(in srgb, var(--primary-color) 24%, var(--card-background-color)); }
.ic { --s: 36px; width: var(--s); height: var(--s); border-radius: 50%; display: grid; place-items: center; color: var(--c, var(--c-off)); background: color-mix(in srgb, var(--c, var(--c-off)) 20%, transparent); flex: none; position: relative; }
.badge { position: absolute; top: -3px; inset-inline-end: -3px; width: 16px; height: 16px; border-radius: 8px; display: grid; place-items: center; background: var(--bc); color: #fff; box-shadow: 0 0 0 2px var(--card-background-color); }
.badge ha-icon { --mdc-icon-size: 12px; }
.tx { flex: 1; min-width: 0; }
.nm { display: block; font-weight: 500; letter-spacing: .1px; line-height: 20px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.se { display: block; font-size: 12px; letter-spacing: .3px; line-height: 16px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.dim { color: var(--secondary-text-color); }
.btn { height: 36px; border-radius: 10px; padding: 0 12px; display: inline-flex; align-items: center; gap: 6px; font-weight: 500; font-size: 14px; line-height: 20px; white-space: nowrap; background: color-mix(in srgb, var(--bcol, var(--primary-text-color)) var(--bop, 7%), transparent); }
.btn ha-icon { --mdc-icon-size: 20px; color: var(--icol, currentColor); }
.btn:hover { --bop: 13%; }
.btn.sup { --icol: var(--c-supervision); }
.btn.sup:hover { --bcol: var(--c-supervision); --bop: 22%; }
.btn.red { --bcol: var(--c-wrong); --icol: var(--c-wrong); --bop: 14%; }
.btn.or { --bcol: var(--c-ringing); --icol: var(--c-ringing); --bop: 16%; }
.btn.red:hover, .btn.or:hover { --bop: 24%; }
.btn.call-now { --bcol: var(--primary-color); --icol: var(--primary-color); --bop: 18%; }
.btn.solid { background: var(--solid); color: #fff; --icol: #fff; }
.btn.plain { background: none; }
.ib { width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; flex: none; color: var(--secondary-text-color); }
.ib:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.ib[aria-pressed=true] { color: var(--c-wrong); }

.top { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
.you { min-height: 56px; display: flex; align-items: center; gap: 10px; padding: 6px 8px 6px 10px; padding-inline: 10px 8px; }
.acts { display: flex; gap: 6px; align-items: center; }
.you.sup { background: color-mix(in srgb, var(--c-supervision) 12%, var(--card-background-color)); border-color: color-mix(in srgb, var(--c-supervision) 45%, transparent); position: sticky; top: calc(var(--header-height, 56px) + 4px); z-index: 2; }
.you.ring { background: color-mix(in srgb, var(--c-ringing) 12%, var(--card-background-color)); border-color: color-mix(in srgb, var(--c-ringing) 55%, transparent); }
.find { min-height: 56px; display: flex; align-items: center; gap: 12px; padding-inline: 16px 8px; color: var(--secondary-text-color); }
.find input { flex: 1; min-width: 0; border: 0; background: none; font: inherit; color: var(--primary-text-color); height: 54px; outline: none; }
.find input::placeholder { color: var(--secondary-text-color); opacity: 1; }
.find:focus-within { outline: 2px solid var(--primary-color); outline-offset: -1px; }
.find .btn { color: var(--primary-text-color); }
.tabs { display: none; height: 44px; border-radius: 12px; padding: 3px; margin-top: 8px; background: color-mix(in srgb, var(--primary-text-color) 7%, transparent); }
.tabs button { flex: 1; border-radius: 9px; font-weight: 500; display: flex; align-items: center; justify-content: center; gap: 6px; min-width: 0; }
.tabs [aria-selected=true] { background: color-mix(in srgb, var(--primary-color) 24%, var(--card-background-color)); }
.tabs .n { min-width: 18px; height: 18px; line-height: 18px; border-radius: 9px; padding: 0 5px; font-size: 11px; text-align: center; background: color-mix(in srgb, var(--primary-text-color) 12%, transparent); }
.tabs .n.al { background: color-mix(in srgb, var(--c-wrong) 84%, #000); color: #fff; font-weight: 700; }
.alert { display: flex; align-items: center; gap: 8px; padding: 8px; padding-inline-start: 12px; min-height: 48px; border-radius: 12px; margin: 0 0 8px; background: color-mix(in srgb, var(--ac) 12%, var(--primary-background-color)); line-height: 20px; }
.alert > ha-icon { color: var(--ac); }
.alert b { font-weight: 500; }

.calls { display: grid; gap: 8px; }
pbx-call { --c: var(--c-talking); display: block; transition: border-color .15s; }
.row { display: grid; grid-template-columns: minmax(0, .72fr) 150px minmax(0, 1fr) 144px; align-items: center; gap: 12px; min-height: 58px; padding-block: 5px; padding-inline: 12px 6px; }
.pa { display: flex; align-items: center; gap: 10px; min-width: 0; text-align: start; border-radius: 10px; }
.pa.out .ic { --c: color-mix(in srgb, var(--c-icon) 75%, var(--primary-text-color)); background: color-mix(in srgb, var(--primary-text-color) 7%, transparent); }
.wire { display: flex; align-items: center; color: var(--c); height: 36px; }
.wire i { flex: 1; height: 0; border-top: 2px solid var(--c); position: relative; min-width: 8px; }
.held .wire i { border-top-style: dashed; }
.ringing .wire i { border-top-style: dotted; border-top-width: 3px; }
.wire i::before { position: absolute; top: -6px; width: 8px; height: 8px; border: solid var(--c); border-width: 2px 0 0 2px; }
.ringing .wire i::before { top: -7px; }
.in .wire .l::before { content: ""; left: 0; transform: rotate(-45deg); }
.out .wire .r::before { content: ""; right: 0; transform: rotate(135deg); }
.in:dir(rtl) .wire .l::before { left: auto; right: 0; transform: rotate(135deg); }
.out:dir(rtl) .wire .r::before { right: auto; left: 0; transform: rotate(-45deg); }
.pill { height: 26px; border-radius: 13px; padding: 0 10px; display: inline-flex; align-items: center; gap: 5px; color: var(--primary-text-color); font-weight: 500; font-variant-numeric: tabular-nums; background: color-mix(in srgb, var(--c) 20%, var(--card-background-color)); white-space: nowrap; }
.pill ha-icon { --mdc-icon-size: 16px; color: var(--c); }
.pi { display: none; }
.pw { font-weight: 400; }
.pill.long { background: color-mix(in srgb, var(--c-long) 38%, var(--card-background-color)); }
.pill.long ha-icon { color: var(--primary-text-color); }
pbx-call .acts { gap: 4px; min-width: 40px; justify-content: flex-end; }
pbx-call.ringing { --c: var(--c-ringing); border-color: color-mix(in srgb, var(--c-ringing) 60%, transparent); }
pbx-call.held { --c: var(--c-held); }
pbx-call.sup { border-color: color-mix(in srgb, var(--c-supervision) 60%, transparent); }
.supbar { display: flex; align-items: center; gap: 10px; padding-block: 8px; padding-inline: 12px 8px; border-top: 1px solid color-mix(in srgb, var(--c-supervision) 30%, transparent); background: color-mix(in srgb, var(--c-supervision) 12%, transparent); border-radius: 0 0 calc(var(--radius) - 1px) calc(var(--radius) - 1px); min-height: 52px; }
.supbar .ic { --c: var(--c-supervision); }
.seg { display: flex; height: 36px; border-radius: 10px; padding: 3px; background: color-mix(in srgb, var(--c-supervision) 18%, transparent); }
.seg button { padding: 0 12px; border-radius: 8px; font-weight: 500; line-height: 20px; }
.seg [aria-checked=true] { background: var(--solid); color: #fff; }
pbx-call.ringing .st > ha-icon, .you.ring .ic > ha-icon, .you.pend .ic > ha-icon, .person.ringing .ic > ha-icon { animation: shake 1s ease-in-out infinite; }
pbx-call.new { animation: arrive .25s ease-out; }
@keyframes shake { 0%, 60%, 100% { transform: rotate(0); } 10%, 30%, 50% { transform: rotate(10deg); } 20%, 40% { transform: rotate(-10deg); } }
@keyframes arrive { from { opacity: 0; transform: translateY(-8px); } }
@keyframes busy { 50% { opacity: .45; } }
.none { display: flex; align-items: center; gap: 12px; padding: 10px 12px; min-height: 58px; }

.people { display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 212px), 1fr)); }
.people .none { grid-column: 1 / -1; }
pbx-person { display: block; min-width: 0; content-visibility: auto; contain-intrinsic-size: auto 56px; }
.person { position: relative; display: grid; grid-template-columns: 36px minmax(0, 1fr) auto; column-gap: 10px; align-items: center; min-height: 56px; padding-block: 6px; padding-inline: 10px 12px; width: 100%; text-align: start; }
.person:focus-visible { outline-offset: -2px; }
.person .ic { grid-row: 1 / 3; }
.nr, .tm { font-size: 12px; text-align: end; font-variant-numeric: tabular-nums; }
.nr { color: var(--secondary-text-color); line-height: 20px; }
.person .nm { align-self: end; }
.person .se, .tm { align-self: start; line-height: 16px; }
.tm { font-weight: 500; }
.gone .nm, .gone .se { color: var(--secondary-text-color); }
.person.sup { border-color: color-mix(in srgb, var(--c-supervision) 60%, transparent); }
.person.ringing { border-color: color-mix(in srgb, var(--c-ringing) 60%, transparent); }
[lit] > .person, pbx-call[lit] { background: color-mix(in srgb, var(--primary-text-color) 3%, var(--card-background-color)); }
.longt { background: color-mix(in srgb, var(--c-long) 38%, var(--card-background-color)); border-radius: 8px; padding: 0 6px; margin-inline-end: -6px; }
[drop] > .person, .you[drop] { border: 2px dashed var(--primary-color); background: color-mix(in srgb, var(--primary-color) 10%, var(--card-background-color)); }
[faded] { opacity: .45; }
.ghost { position: fixed; z-index: 7; pointer-events: none; box-shadow: var(--ha-box-shadow-l, 0 4px 16px #00000029); padding-inline: 10px 16px; height: 56px; display: flex; align-items: center; gap: 10px; transform: rotate(-1.5deg); max-width: 300px; }

.list { padding: 4px 0; }
.li { display: grid; grid-template-columns: 36px minmax(0, 1fr) auto; gap: 10px; align-items: center; padding-block: 6px; padding-inline: 12px 8px; min-height: 56px; }
.li + .li { border-top: 1px solid var(--divider-color); }
.list > .btn { margin: 8px 12px; }
.mini { display: none; }

@container (max-width: 229px) {
  .inner { display: none; }
  .mini { display: flex; flex-direction: column; align-items: center; justify-content: center; text-align: center; gap: 2px; padding: 10px 8px; width: 100%; min-height: 120px; }
  .mini .ic { margin-bottom: 6px; }
}
@supports (grid-template-columns: subgrid) {
  @container (min-width: 640px) {
    .grid:not(.many) .calls { grid-template-columns: minmax(0, .72fr) 150px minmax(0, 1fr) auto; column-gap: 12px; }
    .grid:not(.many) .calls > * { grid-column: 1 / -1; }
    .grid:not(.many) pbx-call { display: grid; grid-template-columns: subgrid; }
    .grid:not(.many) .row { grid-column: 1 / -1; grid-template-columns: subgrid; }
    .grid:not(.many) .supbar { grid-column: 1 / -1; }
  }
}
@container (min-width: 640px) {
  .top { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
}
@container (min-width: 980px) {
  .grid.rec { grid-template-columns: minmax(0, 1fr) 312px; }
  .side2 { grid-column: 2; grid-row: 1; }
  .many .calls { grid-template-columns: repeat(2, minmax(0, 1fr)); align-items: start; }
  .many .row { grid-template-columns: minmax(0, .86fr) 112px minmax(0, 1fr) 76px; gap: 8px; padding-inline-end: 4px; }
  .many .tk, .many .pw, .many pbx-call .acts .btn span { display: none; }
  .many .pi { display: block; }
  .many pbx-call .acts .btn { padding: 0 8px; }
  .many .people { grid-template-columns: repeat(auto-fill, minmax(204px, 1fr)); }
}
@container (max-width: 639px) {
  .tabs { display: flex; }
  .sec { display: none; margin-top: 12px; }
  .sec.show { display: block; }
  .sec .h { margin-top: 0; }
  .sec .h > ha-icon, .sec .h > b, .sec .h > .n { display: none; }
  .sec:not(.chips) .h { display: none; }
  .find { margin-bottom: 8px; }
  .row { display: flex; flex-wrap: wrap; gap: 20px 8px; padding-block: 8px; padding-inline: 10px 8px; position: relative; }
  .pa.left { flex: 1 1 0; min-width: 55%; }
  .wire { flex: none; padding-inline-end: 4px; }
  .wire i { display: none; }
  .pa.right { flex: 1 1 0; min-width: 40%; }
  .row::before { content: ""; position: absolute; inset-inline-start: 27px; top: 47px; height: 14px; border-inline-start: 2px solid var(--c); }
  .held .row::before { border-inline-start-style: dashed; }
  .ringing .row::before { border-inline-start: 3px dotted var(--c); inset-inline-start: 26px; }
  .row::after { position: absolute; inset-inline-start: 24px; width: 8px; height: 8px; border: solid var(--c); border-width: 2px 0 0 2px; }
  .in .row::after { content: ""; top: 48px; transform: rotate(45deg); }
  .out .row::after { content: ""; top: 53px; transform: rotate(225deg); }
  .supbar { padding: 8px; }
  .supbar:has(.seg) .tx, .supbar:has(.seg) > .ic { display: none; }
  .seg { flex: 1; height: 44px; }
  .seg button { flex: 1; text-align: center; padding: 0 4px; }
  .people { grid-template-columns: minmax(0, 1fr); }
  .you.big { flex-wrap: wrap; padding-bottom: 8px; }
  .you.big .tx { flex: 1 0 60%; }
  .you.big .acts { flex: 1 0 100%; }
  .you.big .btn { flex: 1 1 auto; justify-content: center; height: 44px; padding: 0 8px; }
  .ib, pbx-call .btn, .you .btn, .find .btn { position: relative; }
  .ib::after, pbx-call .btn::after, .you .btn::after, .find .btn::after { content: ""; position: absolute; inset: -4px; }
}
@container (max-width: 372px) {
  .tk, pbx-call .acts .btn ha-icon { display: none; }
}

dialog { border: 0; padding: 16px 0; color: inherit; background: var(--ha-card-background, var(--card-background-color)); border-radius: var(--ha-dialog-border-radius, 24px); width: min(440px, calc(100vw - 32px)); max-height: min(720px, calc(100dvh - 48px)); overflow: auto; box-shadow: 0 4px 16px #00000029; }
dialog::backdrop { background: #0006; }
.hd { display: flex; align-items: center; gap: 12px; padding-block: 4px 12px; padding-inline: 20px 12px; }
.hd .ic { --s: 44px; }
.hd .nm { font-size: 18px; line-height: 24px; margin: 0; white-space: normal; }
.hd .se { font-size: 14px; line-height: 20px; letter-spacing: 0; }
.ac { display: flex; width: 100%; align-items: center; gap: 16px; padding: 5px 20px; min-height: 52px; }
.ac:hover { background: color-mix(in srgb, var(--primary-text-color) 5%, transparent); }
.ac:focus-visible { outline-offset: -2px; }
.t1 { display: block; font-size: 16px; line-height: 22px; }
.t2 { display: block; font-size: 13px; line-height: 18px; color: var(--secondary-text-color); }
.ac > ha-icon { color: var(--secondary-text-color); }
.ac > ha-icon:first-child { color: var(--icol, var(--secondary-text-color)); }
.ac.sup { --icol: var(--c-supervision); }
.ac.red { --icol: var(--c-wrong); }
.ac .ic { margin-inline-start: -6px; }
.ac:has(.ic) { gap: 12px; }
dialog hr { border: 0; border-top: 1px solid var(--divider-color); margin: 4px 0; }
.why { display: flex; gap: 16px; padding: 8px 20px; color: var(--secondary-text-color); font-size: 13px; line-height: 18px; }
.sw { width: 40px; height: 22px; flex: none; border-radius: 11px; background: color-mix(in srgb, var(--primary-text-color) 8%, transparent); border: 1px solid color-mix(in srgb, var(--primary-text-color) 55%, transparent); position: relative; }
.sw::after { content: ""; position: absolute; inset-inline-start: 3px; top: 3px; width: 14px; height: 14px; border-radius: 7px; background: color-mix(in srgb, var(--primary-text-color) 60%, transparent); }
[aria-checked=true] > .sw { background: color-mix(in srgb, var(--primary-color) 40%, transparent); border-color: var(--primary-color); }
[aria-checked=true] > .sw::after { inset-inline-start: auto; inset-inline-end: 3px; background: var(--primary-color); }
.confirm { padding: 0 20px 8px; font-size: 15px; line-height: 22px; }
.confirm .two { display: grid; grid-template-columns: 24px 1fr; gap: 8px 14px; margin: 4px 0 0; }
.confirm .two ha-icon { color: var(--c-supervision); }
.confirm .bs { display: flex; gap: 8px; justify-content: flex-end; margin-top: 20px; }
.confirm .btn { height: 40px; border-radius: 20px; padding: 0 20px; }
.pick { display: flex; align-items: center; gap: 8px; margin: 0 20px 8px; padding-inline: 12px 6px; border-radius: 10px; min-height: 44px; background: color-mix(in srgb, var(--primary-text-color) 7%, transparent); }
.pick input { flex: 1; min-width: 0; border: 0; background: none; font: inherit; font-size: 16px; color: inherit; height: 44px; outline: none; }
.pick:focus-within { outline: 2px solid var(--primary-color); }
@media (max-width: 640px) {
  dialog { width: 100%; max-width: none; margin: auto 0 0; border-radius: 24px 24px 0 0; padding-top: 20px; max-height: 90dvh; }
  dialog::before { content: ""; position: absolute; top: 8px; left: calc(50% - 16px); width: 32px; height: 4px; border-radius: 2px; background: var(--divider-color); }
  .confirm .btn, dialog .ib { height: 44px; }
  dialog .ib { width: 44px; }
}

.wall { display: grid; grid-template-rows: auto 1fr; gap: 24px; padding: 28px 36px; }
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 16px; }
.sum { padding: 14px 20px; }
.sum .v { font-size: 52px; line-height: 60px; font-variant-numeric: tabular-nums; display: block; }
.sum .k { font-size: 18px; line-height: 26px; color: var(--secondary-text-color); display: flex; gap: 8px; align-items: center; }
.sum .k ha-icon { color: var(--c); }
.cols { display: grid; grid-template-columns: minmax(0, 1fr); gap: 28px; align-items: start; }
@container (min-width: 900px) { .cols { grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); } }
.wall .calls { gap: 12px; grid-template-columns: minmax(0, 1fr) !important; }
.wall .row { min-height: 102px; grid-template-columns: minmax(0, 1fr) 200px minmax(0, 1fr); padding: 8px 20px; gap: 16px; }
.wall .nm { font-size: 22px; line-height: 30px; }
.wall .se { font-size: 18px; line-height: 24px; letter-spacing: 0; }
.wall .ic { --s: 48px; }
.wall .ic > ha-icon { --mdc-icon-size: 30px; }
.wall .badge { width: 20px; height: 20px; border-radius: 10px; }
.wall .badge ha-icon { --mdc-icon-size: 15px; }
.wall .pa { gap: 16px; }
.wall .pill { font-size: 22px; height: 40px; border-radius: 20px; padding: 0 16px; }
.wall .pill ha-icon { --mdc-icon-size: 22px; }
.wall .people { grid-template-columns: 1fr 1fr; gap: 12px; }
.wall .person { grid-template-columns: 48px minmax(0, 1fr); min-height: 92px; column-gap: 14px; padding: 8px 14px; cursor: default; }
.wall .person .nm { font-size: 18px; line-height: 24px; }
.wall .nr, .wall .tm { display: none; }
.wall .supbar { padding: 10px 20px; }
.wall .supbar .ic { --s: 36px; }
.wall .supbar .nm { font-size: 18px; }
@media (prefers-reduced-motion: reduce) { *, ::before { animation: none !important; transition: none !important; } }
`;

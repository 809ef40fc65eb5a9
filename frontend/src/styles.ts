/* The looks: colours, radii and sizes are those of Home Assistant's own cards. A theme can set --pbx-free and so on.
 *
 * --t and --t2 text, --k card, --p primary, --m muted background, --c the colour of a thing. */

export const styles = /* css */ `
:host {
  --t: var(--primary-text-color);
  --t2: var(--secondary-text-color);
  --k: var(--ha-card-background, var(--card-background-color));
  --p: var(--primary-color);
  --m: color-mix(in srgb, var(--t) 7%, transparent);
  --on: color-mix(in srgb, var(--p) 24%, var(--k));
  --c-free: var(--pbx-free, var(--green-color, #4caf50));
  --c-ringing: var(--pbx-ringing, var(--orange-color, #ff9800));
  --c-talking: var(--pbx-talking, var(--blue-color, #2196f3));
  --c-held: var(--pbx-held, color-mix(in srgb, var(--blue-grey-color, #607d8b) 78%, var(--t)));
  --purple: var(--purple-color, #926bc7);
  --c-sup: var(--pbx-supervision, color-mix(in srgb, var(--purple) 86%, var(--t)));
  --c-off: var(--state-inactive-color, #9e9e9e);
  --c-wrong: var(--error-color, #db4437);
  --c-late: var(--warning-color, #ffa600);
  --c-icon: var(--state-icon-color, #44739e);
  --solid: color-mix(in srgb, var(--purple) 82%, #000);
  --long: color-mix(in srgb, var(--pbx-long, var(--amber-color, #ffc107)) 38%, var(--k));
  --radius: var(--ha-card-border-radius, 12px);
  display: block; color: var(--t); font: 400 14px/1.6 var(--ha-font-family-body, Roboto, Noto, sans-serif);
}
*, ::before, ::after { box-sizing: border-box; }
button, input { font: inherit; color: inherit; border: 0; background: none; padding: 0; text-align: inherit; }
button { cursor: pointer; }
input { flex: 1; min-width: 0; outline: none; }
[aria-busy=true] { animation: busy 1s ease-in-out infinite; }
ha-icon { --mdc-icon-size: var(--i, 24px); display: block; line-height: 0; flex: none; width: var(--i, 24px); height: var(--i, 24px); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 2px solid var(--p); outline-offset: 2px; }
.person:focus-visible, .ac:focus-visible { outline-offset: -2px; }
.panel { container-type: inline-size; max-width: 1560px; margin: 0 auto; }
.grid, .cols { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 28px; }
.card { background: var(--k); border: 1px solid var(--ha-card-border-color, var(--divider-color)); border-radius: var(--radius); }
.card:where(.person:hover, pbx-call:hover, [lit] > .person, pbx-call[lit]) { border-color: color-mix(in srgb, var(--t) 28%, transparent); }
.h, h2, .acts, .btn, .you, .queue, .find, .pa, .pill, .supbar, .alert, .none, .ghost, .hd, .ac, .pick, .wire, .k { display: flex; align-items: center; gap: 8px; }
.h, h2 { font: inherit; font-size: 16px; line-height: 24px; margin: 16px 4px 8px; --i: 20px; }
.h h2 { margin: 0; margin-inline-end: auto; }
.h .n { color: var(--t2); font-size: 14px; }
.chip { height: 26px; padding: 0 10px; border-radius: 13px; font-size: 12px; font-weight: 500; position: relative; background: var(--m); }
.chip::after { content: ""; position: absolute; inset: -5px 0; }
.chip[aria-pressed=true], .tabs [aria-selected=true] { background: var(--on); }
.ic { --s: 36px; width: var(--s); height: var(--s); border-radius: 50%; display: grid; place-items: center; color: var(--c); background: color-mix(in srgb, var(--c) 20%, transparent); flex: none; position: relative; }
.badge { position: absolute; top: -3px; inset-inline-end: -3px; width: var(--b, 16px); height: var(--b, 16px); border-radius: 50%; display: grid; place-items: center; background: var(--c); color: #fff; box-shadow: 0 0 0 2px var(--k); --i: 12px; }
.tx { flex: 1; min-width: 0; }
.nm, .se { display: block; font-weight: 500; letter-spacing: .1px; line-height: 20px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.se { font-size: 12px; font-weight: 400; letter-spacing: .3px; line-height: 16px; }
.tx .se, .nr, .find, .ib, .k, .t2, .why, .people .none, .gone .nm, .gone .se { color: var(--t2); }
.you .se, .queue .se, .find .btn { color: var(--t); }
.btn { height: 36px; border-radius: 10px; padding: 0 12px; gap: 6px; font-weight: 500; line-height: 20px; white-space: nowrap; --c: initial; background: color-mix(in srgb, var(--c, var(--t)) var(--o, 7%), transparent); --i: 20px; }
.btn ha-icon { color: var(--c, inherit); }
.btn:hover { --o: 13%; }
.sup { --c: var(--c-sup); }
.btn.sup:not(:hover) { background: var(--m); }
.red { --c: var(--c-wrong); --o: 14%; }
.or { --c: var(--c-ringing); --o: 16%; }
.call-now { --c: var(--p); --o: 18%; }
.btn:where(.red, .or, .sup):hover { --o: 24%; }
.btn.solid { background: var(--solid); color: #fff; }
.plain { --o: 0%; }
.ib { width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; flex: none; }
.ib:hover { background: var(--m); }
.ib[aria-pressed=true] { color: var(--c-wrong); }

.top { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 8px; }
.you, .queue { min-height: 56px; gap: 10px; padding: 6px 10px; padding-inline-end: 8px; }
.acts { gap: 6px; }
.you.sup, .you.ring { background: color-mix(in srgb, var(--c) 12%, var(--k)); border-color: color-mix(in srgb, var(--c) 50%, transparent); }
.you.sup { position: sticky; top: calc(var(--header-height, 56px) + 4px); z-index: 2; }
.find { min-height: 56px; gap: 12px; padding-inline: 16px 8px; }
.find input { color: var(--t); height: 54px; }
::placeholder { color: var(--t2); opacity: 1; }
:focus-within:is(.find, .pick) { outline: 2px solid var(--p); outline-offset: -1px; }
.tabs { display: none; height: 44px; border-radius: 12px; padding: 3px; margin-top: 8px; background: var(--m); }
.tabs button { flex: 1; border-radius: 9px; font-weight: 500; display: flex; align-items: center; justify-content: center; gap: 6px; min-width: 0; }
.tabs .n { min-width: 18px; line-height: 18px; border-radius: 9px; padding: 0 5px; font-size: 11px; text-align: center; background: color-mix(in srgb, var(--t) 12%, transparent); }
.tabs .recent { background: color-mix(in srgb, var(--c-wrong) 84%, #000); color: #fff; }
.alert { padding: 8px; padding-inline-start: 12px; min-height: 48px; border-radius: 12px; margin-bottom: 8px; background: color-mix(in srgb, var(--c) 12%, var(--primary-background-color)); line-height: 20px; }
.alert > ha-icon { color: var(--c); }
b { font-weight: 500; }

.calls, .people { display: grid; gap: 8px; }
.card:is(.ringing, .sup) { border-color: color-mix(in srgb, var(--c) 60%, transparent); }
.ringing, .ring { --c: var(--c-ringing); }
pbx-call { display: block; --w: var(--c-talking); }
pbx-call.ringing { --w: var(--c-ringing); }
pbx-call.held { --w: var(--c-held); }
.row { display: grid; grid-template-columns: minmax(0, .72fr) 150px minmax(0, 1fr) 144px; align-items: center; gap: 12px; min-height: 58px; padding: 5px 12px; padding-inline-end: 6px; }
.pa { gap: 10px; min-width: 0; text-align: start; border-radius: 10px; }
.out > .ic { color: color-mix(in srgb, var(--c-icon) 75%, var(--t)); background: var(--m); }
.wire { height: 36px; gap: 0; --c: var(--w); }
.wire i { flex: 1; border-top: 2px solid var(--c); position: relative; min-width: 8px; }
.held i { border-top-style: dashed; }
.ringing i { border-top: 3px dotted var(--c); }
.wire i::before { position: absolute; top: -6px; width: 8px; height: 8px; border: solid var(--c); border-width: 2px 0 0 2px; }
.ringing i::before { top: -7px; }
.in .l::before { content: ""; inset-inline-start: 0; rotate: -45deg; }
.out .r::before { content: ""; inset-inline-end: 0; rotate: 135deg; }
.in .l:dir(rtl)::before { rotate: 135deg; }
.out .r:dir(rtl)::before { rotate: -45deg; }
.pill { height: 26px; border-radius: 13px; padding: 0 10px; gap: 5px; font-weight: 500; font-variant-numeric: tabular-nums; background: color-mix(in srgb, var(--c) 20%, var(--k)); white-space: nowrap; --i: 16px; }
.pill ha-icon { color: var(--c); }
.pi { display: none; }
.pw { font-weight: 400; }
.pill.long, .tm.long { background: var(--long); --c: var(--t); }
.row .acts { gap: 4px; min-width: 40px; justify-content: flex-end; }
.supbar { gap: 10px; padding: 8px 12px; padding-inline-end: 8px; border-top: 1px solid color-mix(in srgb, var(--c) 30%, transparent); background: color-mix(in srgb, var(--c) 12%, transparent); border-radius: 0 0 var(--radius) var(--radius); min-height: 52px; --c: var(--c-sup); }
.seg { display: flex; height: 36px; border-radius: 10px; padding: 3px; background: color-mix(in srgb, var(--c) 18%, transparent); }
.seg button { padding: 0 12px; border-radius: 8px; font-weight: 500; line-height: 20px; }
.seg [aria-checked=true] { background: var(--solid); color: #fff; }
.ringing .pa:not(.out) .ic > ha-icon, .ring .ic > ha-icon, .pend .ic > ha-icon, .person.ringing .ic > ha-icon { animation: shake 1s ease-in-out infinite; }
.new { animation: arrive .25s ease-out; }
@keyframes shake { 0%, 60%, 100% { rotate: 0deg; } 10%, 30%, 50% { rotate: 10deg; } 20%, 40% { rotate: -10deg; } }
@keyframes arrive { from { opacity: 0; translate: 0 -8px; } }
@keyframes busy { 50% { opacity: .45; } }
.none { gap: 12px; padding: 10px 12px; min-height: 58px; }

.people { grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--tile, 212px)), 1fr)); }
.people .none { grid-column: 1 / -1; }
pbx-person { display: block; min-width: 0; content-visibility: auto; contain-intrinsic-size: auto 56px; }
.person, .li { display: grid; grid-template-columns: 36px minmax(0, 1fr) auto; column-gap: 10px; align-items: center; min-height: 56px; padding: 6px 10px; padding-inline-end: 12px; width: 100%; text-align: start; }
.person .ic { grid-row: 1 / 3; }
.nr, .tm { font-size: 12px; text-align: end; font-variant-numeric: tabular-nums; line-height: 20px; }
.person .nm { align-self: end; }
.person .se, .tm { align-self: start; line-height: 16px; }
.tm { font-weight: 500; }
[lit] > .person, pbx-call[lit] { background: color-mix(in srgb, var(--t) 3%, var(--k)); }
.tm.long { border-radius: 8px; padding: 0 6px; margin-inline-end: -6px; }
[drop] > .person, .top > [drop] { border: 2px dashed var(--p); background: color-mix(in srgb, var(--p) 10%, var(--k)); }
[faded] { opacity: .45; }
.ghost { position: fixed; z-index: 7; pointer-events: none; box-shadow: var(--sh); padding: 0 16px 0 10px; height: 56px; gap: 10px; rotate: -1.5deg; max-width: 300px; }
:host { --sh: 0 4px 16px #00000029; }
.list { padding: 4px 0; }
.li + .li { border-top: 1px solid var(--divider-color); }
.list > .btn { margin: 8px 12px; }
.mini { display: none; }

@container (max-width: 229px) {
  .inner { display: none; }
  .mini { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 2px; padding: 10px 8px; width: 100%; min-height: 120px; }
  .mini .ic { margin-bottom: 6px; }
}
@container (min-width: 640px) {
  @supports (grid-template-columns: subgrid) {
    .grid:not(.many) {
      .calls { grid-template-columns: minmax(0, .72fr) 150px minmax(0, 1fr) auto; column-gap: 12px; }
      pbx-call { display: grid; }
      pbx-call, .row { grid-template-columns: subgrid; }
      pbx-call, .row, .supbar { grid-column: 1 / -1; }
    }
  }
}
@container (min-width: 980px) {
  .rec { grid-template-columns: minmax(0, 1fr) 312px; }
  .many {
    --tile: 204px;
    .calls { grid-template-columns: repeat(2, minmax(0, 1fr)); align-items: start; }
    .row { grid-template-columns: minmax(0, .86fr) 112px minmax(0, 1fr) 76px; gap: 8px; padding-inline-end: 4px; }
    .tk, .pw, .row .btn span { display: none; }
    .pi { display: block; }
    .row .btn { padding: 0 8px; }
  }
}
@container (max-width: 639px) {
  .tabs { display: flex; }
  .sec { display: none; margin-top: 12px; }
  .sec.show { display: block; }
  h2, .sec:not(#pbx-people) .h { display: none; }
  .sec .h { margin-top: 0; }
  .find { margin-bottom: 8px; }
  .row { display: flex; flex-wrap: wrap; gap: 20px 8px; padding: 8px; padding-inline-start: 10px; position: relative; }
  .left { flex: 1 1 0; min-width: 55%; }
  .wire { padding-inline-end: 4px; }
  i { display: none; }
  .right { flex: 1 1 0; min-width: 40%; }
  .row::before { content: ""; position: absolute; inset-inline-start: 27px; top: 47px; height: 14px; border-inline-start: 2px solid var(--w); }
  .held .row::before { border-inline-start-style: dashed; }
  .ringing .row::before { border-inline-start: 3px dotted var(--w); inset-inline-start: 26px; }
  .row::after { position: absolute; inset-inline-start: 24px; width: 8px; height: 8px; border: solid var(--w); border-width: 2px 0 0 2px; }
  .in .row::after { content: ""; top: 48px; rotate: 45deg; }
  .out .row::after { content: ""; top: 53px; rotate: 225deg; }
  .supbar { padding: 8px; }
  .supbar:has(.seg) > :not(.seg) { display: none; }
  .seg { flex: 1; height: 44px; }
  .seg button { flex: 1; text-align: center; padding: 0 4px; }
  .big {
    flex-wrap: wrap; padding-bottom: 8px;
    .tx { flex: 1 0 60%; }
    .acts { flex: 1 0 100%; }
    .btn { flex: 1 1 auto; justify-content: center; height: 44px; padding: 0 8px; }
  }
  .ib, .row .btn, .you .btn, .queue .btn, .find .btn { position: relative; }
  :is(.ib, .row .btn, .you .btn, .queue .btn, .find .btn)::after { content: ""; position: absolute; inset: -4px; }
}
@container (max-width: 372px) {
  .tk, .row .btn ha-icon { display: none; }
}

dialog { border: 0; padding: 16px 0; color: inherit; background: var(--k); border-radius: var(--ha-dialog-border-radius, 24px); width: min(440px, calc(100vw - 32px)); max-height: min(720px, calc(100dvh - 48px)); overflow: auto; box-shadow: var(--sh); }
dialog::backdrop { background: #0006; }
.hd { gap: 12px; padding: 4px 20px 12px; padding-inline-end: 12px; }
.hd .ic { --s: 44px; }
.hd .nm { font-size: 18px; font-weight: 500; line-height: 24px; margin: 0; white-space: normal; }
.hd .se { font-size: 14px; line-height: 20px; letter-spacing: 0; }
.ac { width: 100%; gap: 16px; padding: 5px 20px; min-height: 52px; }
.ac:hover { background: color-mix(in srgb, var(--t) 5%, transparent); }
.t1, .t2 { display: block; font-size: 16px; line-height: 22px; }
.t2, .why { font-size: 13px; line-height: 18px; }
.ac > ha-icon { color: var(--c, var(--t2)); }
.ac > ha-icon:last-child { color: var(--t2); }
.ac > .ic { margin-inline: -6px -4px; }
hr { border: 0; border-top: 1px solid var(--divider-color); margin: 4px 0; }
.why { display: flex; gap: 16px; padding: 8px 20px; }
.sw { width: 40px; height: 22px; flex: none; border-radius: 11px; background: var(--m); border: 1px solid color-mix(in srgb, var(--t) 55%, transparent); padding: 3px; }
.sw::after { content: ""; display: block; width: 14px; height: 14px; border-radius: 7px; background: color-mix(in srgb, var(--t) 60%, transparent); }
[aria-checked=true] > .sw { background: var(--on); border-color: var(--p); padding-inline-start: 21px; }
[aria-checked=true] > .sw::after { background: var(--p); }
.confirm { padding: 0 20px 8px; font-size: 15px; line-height: 22px; }
.two { display: grid; grid-template-columns: 24px 1fr; gap: 8px 14px; margin-top: 4px; }
.two ha-icon { color: var(--c-sup); }
.bs { display: flex; gap: 8px; justify-content: flex-end; margin-top: 20px; }
.confirm .btn { height: 40px; border-radius: 20px; padding: 0 20px; }
.pick { margin: 0 20px 8px; padding-inline: 12px 6px; border-radius: 10px; min-height: 44px; background: var(--m); }
.pick input { font-size: 16px; height: 44px; }
@media (max-width: 640px) {
  dialog { width: 100%; max-width: none; margin: auto 0 0; border-radius: 24px 24px 0 0; padding-top: 20px; max-height: 90dvh; }
  dialog::before { content: ""; position: absolute; top: 8px; left: calc(50% - 16px); width: 32px; height: 4px; border-radius: 2px; background: var(--divider-color); }
  .confirm .btn, dialog .ib { height: 44px; }
  dialog .ib { width: 44px; }
}

.wall {
  --radius: 12px; display: grid; grid-template-rows: auto 1fr; gap: 24px; padding: 28px 36px;
  .calls { gap: 12px; }
  .row { min-height: 102px; grid-template-columns: minmax(0, 1fr) 200px minmax(0, 1fr); padding: 8px 20px; gap: 16px; }
  .nm { font-size: 22px; line-height: 30px; }
  .se, .person .nm, .supbar .nm { font-size: 18px; line-height: 24px; letter-spacing: 0; }
  .ic { --s: 48px; --i: 30px; }
  .badge { --b: 20px; --i: 15px; }
  .pa { gap: 16px; }
  .pill { font-size: 22px; height: 40px; border-radius: 20px; padding: 0 16px; --i: 22px; }
  .people { grid-template-columns: 1fr 1fr; gap: 12px; }
  .person { grid-template-columns: 48px minmax(0, 1fr); min-height: 92px; column-gap: 14px; padding: 8px 14px; }
  .nr, .tm { display: none; }
  .supbar { padding: 10px 20px; }
  .supbar .ic { --s: 36px; --i: 24px; }
}
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 16px; }
.sum { padding: 14px 20px; }
.v { font-size: 52px; line-height: 60px; font-variant-numeric: tabular-nums; display: block; }
.v pbx-time { font-size: 18px; }
.k { font-size: 18px; line-height: 26px; }
.k ha-icon { color: var(--c); }
.cols { align-items: start; }
@container (min-width: 900px) { .cols { grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); } }
@media (prefers-reduced-motion: reduce) { *, ::before { animation: none !important; } }
`;

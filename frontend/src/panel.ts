/* The card. */

import { html, nothing, render, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { repeat } from "lit-html/directives/repeat.js";

import { type CallOffer, callRow } from "./call.ts";
import type { Call, Message, Mode, RecentCall } from "./contract.ts";
import { directory, entries, type Directory, type Person } from "./directory.ts";
import { Dragging } from "./drag.ts";
import { cardForm, gridOptions, rememberWords } from "./editor.ts";
import { type Hass, navigate, notify, type PanelConfig, type Part, PARTS } from "./ha.ts";
import { healthStrip } from "./health.ts";
import { type Look, lookOf, nameOf } from "./look.ts";
import { Memo } from "./memo.ts";
import { allowedModes, controls, mineIsFree, refusalOf, type Situation, takeFrom, transferable, whisperTo } from "./offer.ts";
import { button, icon, lines, none, sign } from "./parts.ts";
import { personTile } from "./person.ts";
import { queuesPart } from "./queues.ts";
import { missedToday, recentPart } from "./recent.ts";
import { type End, newestFirst, type Row, rowOf } from "./rows.ts";
import { isNumber, type Sheet, sheetContent } from "./sheet.ts";
import { RECENT, Store } from "./store.ts";
import { styles } from "./styles.ts";
import { ago, now as time, setClock } from "./time.ts";
import { wallboard } from "./wallboard.ts";
import { loadWords, type Words } from "./words.ts";
import { youPart } from "./you.ts";

const USER_DATA = "pbx";
const MANY = 20;
type Filter = "all" | "free" | "in_a_call";
type Tab = "calls" | "people" | "recent";
export type Shown = { person: Person; look: Look };

export class PbxPanel extends HTMLElement {
  readonly root = this.attachShadow({ mode: "open" });
  config!: PanelConfig;
  sheet: Sheet | undefined;
  allRecent = false;
  store = new Store();
  directory: Directory = { name: "", people: [], byNumber: new Map(), trunks: [], watched: [] };
  now!: Situation;
  language = "";
  private query = "";
  private filter: Filter = "all";
  private tab: Tab = "calls";
  private narrow = false;
  /** The tile that Tab reaches. */
  private roving = "";
  /** The user's own choice of a phone: by config entry. */
  private chosen: Record<string, string> = {};
  private muted = new Set<string>();
  private home: Hass | undefined;
  private entry: string | undefined;
  private feed: Promise<() => Promise<void>> | undefined;
  private texts: { words: Words; refusal: Words } | undefined;
  private failed = false;
  private planned = false;
  /** Ages such as "3 min" are looked at again now and then. */
  private minute: ReturnType<typeof setInterval> | undefined;
  private looks = new Memo<Look>();
  private rows = new Memo<Row>();
  private offers = new Memo<CallOffer>();
  private observer = new ResizeObserver(([size]) => this.set({ narrow: size !== undefined && size.contentRect.width < 640 }));
  private dragging = new Dragging(this);

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.root.adoptedStyleSheets = [sheet];
  }

  static getConfigForm = cardForm;

  static getStubConfig(): object {
    return {};
  }

  setConfig(config: PanelConfig): void {
    const check = (key: keyof PanelConfig, known: readonly string[], values: unknown) => {
      if (config[key] !== undefined && !(Array.isArray(values) && values.every((value) => known.includes(value)))) throw new Error(`${key}: ${known.join(", ")}`);
    };
    check("parts", PARTS, config.parts);
    check("layout", ["automatic", "wallboard"], [config.layout]);
    check("sort", ["number", "name", "state"], [config.sort]);
    if (config.extensions !== undefined && !Array.isArray(config.extensions)) throw new Error("extensions: a list is needed");
    if (config.long_call !== undefined && !(Number(config.long_call) >= 0)) throw new Error("long_call: minutes");
    this.config = config;
    if (this.home) this.readRegistries();
  }

  getCardSize(): number {
    return 12;
  }

  getGridOptions(): object {
    return gridOptions;
  }

  get hass(): Hass {
    return this.home as Hass;
  }

  set hass(hass: Hass) {
    const before = this.home;
    this.home = hass;
    if (before?.language !== hass.language) void this.loadTexts(hass);
    if (before?.entities !== hass.entities || before.devices !== hass.devices) {
      if (this.config) this.readRegistries();
      return;
    }
    const { states } = hass;
    if (states === before.states) return;
    const { people, watched } = this.directory;
    // The registries are known before the states.
    if (!people.length && Object.keys(states).length !== Object.keys(before.states).length) this.readRegistries();
    else if (watched.some((id) => states[id] !== before.states[id])) this.requestUpdate();
  }

  get numbers(): boolean {
    return this.config.show_numbers !== false;
  }

  /** Whether the user chooses the own phone, rather than the card's configuration. */
  get canChoose(): boolean {
    return !this.config.me && !this.config.users?.[this.hass.user?.id ?? ""];
  }

  get mayDial(): boolean {
    const { now } = this;
    return mineIsFree(now) && now.store.capabilities?.dial === true && controls(now.me as string, now);
  }

  connectedCallback(): void {
    this.minute = setInterval(() => this.requestUpdate(), 30_000);
    this.observer.observe(this);
    this.subscribe();
  }

  disconnectedCallback(): void {
    clearInterval(this.minute);
    this.observer.disconnect();
    this.unsubscribe();
  }

  /** Render soon, once for all that changes until then. */
  requestUpdate(): void {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      this.update();
    });
  }

  private set(values: object): void {
    Object.assign(this, values);
    this.requestUpdate();
  }

  private async loadTexts(hass: Hass): Promise<void> {
    this.language = hass.language;
    const texts = await loadWords(hass);
    if (this.language !== hass.language) return;
    rememberWords(texts.words);
    this.set({ texts });
  }

  /** Look at the time again: a call has become a long one. */
  lengthened(): void {
    this.looks.clear();
    this.rows.clear();
    this.requestUpdate();
  }

  private readRegistries(): void {
    const { hass } = this;
    const entry = this.config.config_entry_id ?? entries(hass)[0]?.id;
    if (entry) this.directory = directory(hass, this.config, entry);
    if (entry !== this.entry) {
      this.unsubscribe();
      this.entry = entry;
      this.store = new Store();
      this.subscribe();
    }
    this.requestUpdate();
  }

  private subscribe(): void {
    const { entry, hass } = this;
    if (!entry || this.feed || !this.isConnected) return;
    this.failed = false;
    this.feed = hass.connection.subscribeMessage<Message>((message) => this.take(message), { type: "pbx/subscribe_calls", entry_id: entry });
    this.feed.catch(() => this.set({ feed: undefined, failed: true }));
    hass
      .callWS<{ value: Record<string, string> | null }>({ type: "frontend/get_user_data", key: USER_DATA })
      .then(({ value }) => this.set({ chosen: value ?? {} }))
      .catch(() => undefined);
  }

  private unsubscribe(): void {
    this.feed?.then((stop) => stop()).catch(() => undefined);
    this.feed = undefined;
  }

  private take(message: Message): void {
    if (message.now !== undefined) setClock(message.now);
    this.store.merge(message);
    if (!this.store.calls.size) this.muted.clear();
    if (message.calls) void this.readRecent(this.allRecent ? 100 : RECENT);
    this.requestUpdate();
  }

  private async readRecent(limit: number): Promise<void> {
    try {
      const { calls } = await this.hass.callWS<{ calls: RecentCall[] }>({ type: "pbx/recent_calls", entry_id: this.entry, limit });
      this.store.remember(calls, limit);
      this.requestUpdate();
    } catch {
      // The list stays as it is.
    }
  }

  showAllRecent(): void {
    this.allRecent = true;
    void this.readRecent(100);
  }

  /* ---- what is pressed ---- */

  open(sheet: Sheet): void {
    this.set({ sheet });
  }

  close(): void {
    this.set({ sheet: undefined });
  }

  /** Carry out an action and show progress on a button until it returns; then close the dialog if wanted. Home Assistant tells of a refusal. */
  async act(button: HTMLElement, action: string, data: object, close = false, domain = "pbx"): Promise<boolean> {
    button.setAttribute("aria-busy", "true");
    try {
      await this.hass.callService(domain, action, { ...data, ...(domain === "pbx" ? { config_entry_id: this.entry } : {}) });
      if (close) this.close();
      return true;
    } catch {
      return false;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  supervise(mode: Mode, number: string, button: HTMLElement): void {
    if (this.now.me === undefined) this.open({ kind: "choose", query: "", whisper: number });
    else if (mode === "whisper") this.confirmed(mode, number, button);
    else this.open({ kind: "confirm", number, mode });
  }

  confirmed(mode: Mode, number: string, button: HTMLElement): void {
    const { me } = this.now;
    if (mode === "whisper") void this.act(button, "whisper", { whisperer: me, whispered: number }, true);
    else void this.act(button, mode, { supervisor: me, extension: number }, true);
  }

  isMuted(extension: string, call: string): boolean {
    return this.muted.has(call + extension);
  }

  async mute(extension: string, call: string, button: HTMLElement): Promise<void> {
    const muted = this.isMuted(extension, call);
    if (!(await this.act(button, muted ? "unmute" : "mute", { extension }))) return;
    this.muted[muted ? "delete" : "add"](call + extension);
    this.requestUpdate();
  }

  async transfer(key: string, extension: string, to: string, button: HTMLElement, destination?: "queue"): Promise<void> {
    const { now } = this;
    const call = this.store.calls.get(key);
    const outside = transferable(call, extension, now);
    if (!outside) return;
    const name = nameOf(outside, now);
    const who = (destination ? this.store.queues.get(to)?.name : now.name(to)) ?? to;
    if (await this.act(button, "transfer", { extension, to, call_id: call?.call_id ?? undefined, destination }, true)) notify(this, now.words("sent", { name, who }));
  }

  /** Keep which phone is the user's; whisper with it if that was what they wanted. */
  choose(number: string, whispered: string | undefined, button: HTMLElement): void {
    this.set({ chosen: { ...this.chosen, [this.entry as string]: number } });
    void this.hass.callWS({ type: "frontend/set_user_data", key: USER_DATA, value: this.chosen });
    if (whispered) void this.act(button, "whisper", { whisperer: number, whispered }, true);
    else this.close();
  }

  private async dial(button: HTMLElement): Promise<void> {
    const to = this.query.trim();
    if (this.mayDial && isNumber(to) && (await this.act(button, "dial", { extension: this.now.me, to }))) this.set({ query: "" });
  }

  openEnd({ kind, number, name }: End, call: string): void {
    if (kind === "group") this.open({ kind, call });
    else if (kind === "outside") this.open({ kind, number, name, call });
    else if (this.directory.byNumber.has(number)) this.open({ kind, number });
  }

  /* ---- what is shown ---- */

  private situation(words: Words, refusal: Words): Situation {
    const { hass, store, config } = this;
    const { byNumber } = this.directory;
    const active = config.actions !== false && config.layout !== "wallboard" && store.connected;
    return {
      states: hass.states,
      store,
      words,
      refusal,
      language: this.language,
      long: Math.round((config.long_call ?? 10) * 60),
      now: time(),
      me: this.mine(),
      active,
      asks: active && this.canChoose,
      name: (number) => byNumber.get(number)?.name,
      statusOf: (number) => hass.states[byNumber.get(number)?.status ?? ""]?.state ?? "unavailable",
    };
  }

  private mine(): string | undefined {
    const wanted = this.config.me || this.config.users?.[this.hass.user?.id ?? ""] || this.chosen[this.entry ?? ""];
    return wanted && this.directory.people.find((person) => person.device === wanted || person.number === wanted)?.number;
  }

  /** Return what a person's tile shows; the same object while it is the same. */
  private look(person: Person): Look {
    const { now, store } = this;
    const { states } = now;
    const from = [
      person,
      store.connected,
      states[person.status],
      states[person.disturb ?? ""],
      states[person.forwarding ?? ""],
      store.callsOf(person.number),
      store.monitors,
      now.words,
      now.long,
    ];
    return this.looks.get(person.number, from, () => lookOf(person, now));
  }

  private offer(call: Call, { monitor }: Row): CallOffer {
    const { now } = this;
    const mine = monitor && monitor.supervisor === now.me && now.active;
    return {
      take: takeFrom(call, now) ?? "",
      whisper: whisperTo(call, now),
      modes: mine ? allowedModes(monitor.extension, now) : [],
      stop: Boolean(monitor && !mine && controls(monitor.supervisor, now) && refusalOf(monitor.mode, monitor.extension, now) === undefined),
      menu: now.active,
    };
  }

  /** Return the rows of all calls with what can be done, or that there are none. */
  callList(plain: boolean): TemplateResult {
    const { now, store, directory: known } = this;
    const { me, words, long } = now;
    const last = store.recent[0];
    if (!store.connected) return none("help-circle-outline", "off", words("calls_unknown"), words("until_answers"));
    if (!store.calls.size) return none("phone-check", "free", words("no_calls"), last && words("last_ended", { ago: ago(now.now - last.ended, this.language) }));
    const mine = me === undefined ? [] : [now.statusOf(me), store.callsOf(me)];
    const shown = newestFirst(store.calls.values()).map((call) => {
      const { key } = call;
      const row = this.rows.get(key, [call, store.monitors, known, words, me, long], () => rowOf(call, now, me));
      const others = row.people.map((number) => store.callsOf(number));
      const from = [call, row, now.active, store.can, store.capabilities, store.monitors, me, ...mine, ...others];
      return { key, row, offer: this.offers.get(key, from, () => this.offer(call, row)) };
    });
    this.rows.keep(store.calls);
    this.offers.keep(store.calls);
    return html`<div class="calls" role="list" aria-label=${words("calls")}>${repeat(
      shown,
      ({ key }) => key,
      ({ row, offer }) => guard([row, offer, words, long, plain, this.numbers], () => callRow(this, row, offer, plain)),
    )}</div>`;
  }

  /** Return tiles of people. */
  tiles(people: Shown[], plain: boolean): unknown {
    const { words, long, me } = this.now;
    const reached = people.some(({ person }) => person.number === this.roving) ? this.roving : people[0]?.person.number;
    return repeat(
      people,
      ({ person }) => person.number,
      ({ person, look }) => {
        const { number } = person;
        const call = this.store.callsOf(number)[0]?.key;
        const tab = number === reached;
        return guard([person, look, call, tab, number === me, words, long, plain, this.numbers], () => personTile(this, person, look, call, tab, plain));
      },
    );
  }

  /** Count the calls, those that ring, who is free, and what was missed. */
  sums(looks: Shown[]): { calls: number; ringing: number; free: number; missed: number } {
    const { calls, recent } = this.store;
    return {
      calls: calls.size,
      ringing: [...calls.values()].filter((call) => call.answered_since === null).length,
      free: looks.filter(({ look }) => look.kind === "free").length,
      missed: missedToday(recent),
    };
  }

  private has(part: Part): boolean {
    return !this.config.parts?.length || this.config.parts.includes(part);
  }

  private update(): void {
    if (!this.config || !this.home || !this.texts) return;
    render(this.content(), this.root, { host: this });
    const dialog = this.root.querySelector("dialog");
    if (dialog && this.sheet && !dialog.open) dialog.showModal();
    if (!this.sheet) dialog?.close();
  }

  private content(): TemplateResult {
    const { words, refusal } = this.texts as { words: Words; refusal: Words };
    this.now = this.situation(words, refusal);
    const { known, loaded, connected } = this.store;
    const { people } = this.directory;
    if (!this.entry || this.failed || (known && !(loaded && people.length))) {
      return html`<div class="panel"><button class="card none" @click=${() => navigate("/config/integrations/integration/pbx")}>${icon("phone-off", "off")}${lines(
        words("no_phones"),
        words("no_phones_why"),
      )}</button></div>`;
    }
    if (!known) return html`<div class="panel"></div>`;
    const looks = people.map((person) => ({ person, look: this.look(person) }));
    if (this.config.layout === "wallboard") return wallboard(this, looks);
    const many = looks.length > MANY;
    const { calls, ringing, free, missed } = this.sums(looks);
    const beside = this.has("recent") && !many;
    const side = this.section("recent", () => recentPart(this, missed));
    const sums = [words("n_calls", { count: calls }), ringing ? words("n_ringing", { count: ringing }) : "", words("n_free", { count: free }), words("n_missed", { count: missed })];
    return html`<div
      class="panel"
      @pbx-long=${this.lengthened}
      @pointerover=${this.light}
      @focusin=${this.light}
      @pointerleave=${this.light}
      @pointerdown=${(event: PointerEvent) => this.dragging.begin(event)}
    ><button class="card mini" @click=${this.openDashboard}>${icon(ringing ? "phone-ring" : "phone-in-talk", ringing ? "ringing" : "talking")}${sums.map(
      (sum, index) => html`<span class=${index ? "se" : "nm"}>${sum}</span>`,
    )}</button><div class="inner">${healthStrip(this)}<div class="top">${this.has("you") ? youPart(this) : nothing}${
      this.has("search") && !this.narrow ? this.find() : nothing
    }</div>${this.has("queues") ? queuesPart(this) : nothing}${this.tabs(connected ? calls : 0, missed)}<div class="grid ${many ? "many" : beside ? "rec" : ""}"><div>${this.section(
      "calls",
      () => html`<h2 class="h">${sign("phone-in-talk")}${words("calls")} <span class="n">${(connected && calls) || nothing}</span></h2>${this.callList(false)}`,
    )}${this.section("people", () => this.peoplePart(looks, free))}${many ? side : nothing}</div>${beside ? html`<div class="side2">${side}</div>` : nothing}</div></div></div
    >${this.dialog()}${this.dragging.picture()}`;
  }

  private section(name: Tab, content: () => TemplateResult): TemplateResult | typeof nothing {
    if (!this.has(name)) return nothing;
    return html`<section
      class="sec ${this.tab === name ? "show" : ""}"
      id="pbx-${name}"
      role=${this.narrow ? "tabpanel" : "region"}
      aria-label=${this.now.words(name)}
    >${content()}</section>`;
  }

  private tabs(calls: number, missed: number): TemplateResult {
    const { words } = this.now;
    const tabs = (["calls", "people", "recent"] as const).filter((name) => this.has(name));
    if (tabs[0] && !tabs.includes(this.tab)) this.tab = tabs[0];
    const count = { calls, people: 0, recent: missed };
    return html`<div class="tabs" role="tablist" @keydown=${this.moveTab}>${tabs.map((name) => {
      const on = this.tab === name;
      return html`<button role="tab" id="tab-${name}" aria-controls="pbx-${name}" aria-selected=${on} tabindex=${on ? 0 : -1} @click=${() => this.set({ tab: name })}>${words(
        name,
      )}${count[name] ? html`<span class="n ${name}">${count[name]}</span>` : nothing}</button>`;
    })}</div>`;
  }

  /** Return 1 for a step forward by an arrow key, -1 for one back, as the text runs. */
  private stepOf({ key }: KeyboardEvent): number {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
    return getComputedStyle(this).direction === "rtl" ? -step : step;
  }

  private moveTab(event: KeyboardEvent): void {
    const step = this.stepOf(event);
    if (!step) return;
    const tabs = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
    const next = tabs.at((tabs.findIndex((tab) => tab.ariaSelected === "true") + step) % tabs.length);
    next?.focus();
    next?.click();
    event.preventDefault();
  }

  /** Open the dashboard of phones, if there is one in the sidebar. */
  private openDashboard(): void {
    const found = Object.values(this.hass.panels ?? {}).find((panel) => panel.component_name === "lovelace" && panel.icon === "mdi:phone");
    if (found) navigate(`/${found.url_path}`);
  }

  private find(): TemplateResult {
    const { words } = this.now;
    const call = this.mayDial && isNumber(this.query.trim());
    return html`<label class="card find">${sign("magnify")}<input
        type="search"
        enterkeyhint=${call ? "go" : "search"}
        autocomplete="off"
        aria-label=${words("search")}
        placeholder=${words("search")}
        ?disabled=${!this.store.connected}
        .value=${this.query}
        @input=${(event: InputEvent) => this.set({ query: (event.target as HTMLInputElement).value })}
        @keydown=${this.searchKey}
      />${call ? button("call-now", html`${sign("phone")}${words("call")}`, (it) => void this.dial(it)) : sign("dialpad")}</label>`;
  }

  private searchKey(event: KeyboardEvent): void {
    const { query } = this;
    if (event.key === "Escape" && query) {
      this.set({ query: "" });
      event.stopPropagation();
    }
    if (event.key !== "Enter") return;
    const [first] = this.found();
    if (isNumber(query.trim())) void this.dial(event.target as HTMLElement);
    else if (query && first) this.open({ kind: "person", number: first.number });
  }

  private found(): Person[] {
    const wanted = this.query.trim().toLocaleLowerCase();
    return this.directory.people.filter((person) => person.haystack.includes(wanted));
  }

  private peoplePart(looks: Shown[], free: number): TemplateResult {
    const { words } = this.now;
    const { connected } = this.store;
    const { filter } = this;
    const found = new Set(this.found());
    const shown = looks.filter(({ person, look: { kind } }) => found.has(person) && (filter === "all" || !connected || (filter === "free" ? kind === filter : IN_CALL.has(kind))));
    if (this.config.sort === "state") shown.sort((a, b) => STATE_ORDER.indexOf(a.look.kind) - STATE_ORDER.indexOf(b.look.kind));
    const chip = (name: Filter) => html`<button class="chip" aria-pressed=${filter === name} @click=${() => this.set({ filter: name })}>${words(name)}</button>`;
    return html`<div class="h"><h2>${sign("account-group")}${words("people")} <span class="n">${connected ? words("n_free", { count: free }) : nothing}</span></h2>${
      connected ? [chip("all"), chip("free"), chip("in_a_call")] : nothing
    }</div>${this.has("search") && this.narrow ? this.find() : nothing}<div class="people" @keydown=${this.movePerson} @click=${this.pressPerson}>${
      shown.length ? this.tiles(shown, false) : html`<div class="none">${words(isNumber(this.query.trim()) && this.mayDial ? "no_person" : "nobody_found")}</div>`
    }</div>`;
  }

  private pressPerson(event: Event): void {
    const number = (event.target as HTMLElement).closest<HTMLElement>("pbx-person")?.dataset.number;
    if (!number || this.dragging.justEnded) return;
    this.roving = number;
    this.open({ kind: "person", number });
  }

  /** Move by arrow keys from tile to tile: by column and row, as they are laid out. */
  private movePerson(event: KeyboardEvent): void {
    const tiles = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("pbx-person")];
    const index = tiles.indexOf((event.target as HTMLElement).closest("pbx-person") as HTMLElement);
    const columns = Math.max(1, tiles.findIndex((tile) => tile.offsetTop > (tiles[0] as HTMLElement).offsetTop));
    const step = this.stepOf(event) || { ArrowDown: columns, ArrowUp: -columns, Home: -index, End: tiles.length - 1 - index }[event.key];
    if (step === undefined || index < 0) return;
    event.preventDefault();
    const next = tiles[index + step];
    if (!next) return;
    this.set({ roving: next.dataset.number });
    next.querySelector("button")?.focus();
  }

  /** Light up the tiles and the row of the call under the pointer or the focus. */
  private light(event: Event): void {
    const key = event.type === "pointerleave" ? undefined : (event.target as HTMLElement).closest<HTMLElement>("[data-call]")?.dataset.call;
    for (const element of this.root.querySelectorAll<HTMLElement>("[data-call]")) element.toggleAttribute("lit", element.dataset.call === key);
  }

  private dialog(): TemplateResult {
    const { sheet } = this;
    const shown = sheet && sheetContent(this, sheet);
    return html`<dialog
      role=${sheet?.kind === "confirm" ? "alertdialog" : "dialog"}
      aria-modal="true"
      aria-label=${shown?.label ?? nothing}
      @close=${this.close}
      @pointerdown=${this.pressDialog}
      >${shown?.content}</dialog
    >`;
  }

  /** Close when a press begins beside the dialog: by its end, the dialog may have another size. */
  private pressDialog(event: PointerEvent): void {
    const dialog = event.currentTarget as HTMLElement;
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (event.target === dialog && (x < left || x > right || y < top || y > bottom)) this.close();
  }
}

const IN_CALL = new Set<Look["kind"]>(["ringing", "talking", "held", "dialing", "supervising"]);
const STATE_ORDER: Look["kind"][] = ["free", "ringing", "dialing", "talking", "held", "supervising", "forwarding", "disturb", "fault", "offline", "unknown"];

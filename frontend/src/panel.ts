/* The card. */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";

import { Actions } from "./actions.ts";
import type { CallOffer } from "./call.ts";
import type { Call, Message, Mode, RecentCall } from "./contract.ts";
import { directory, entries, type Directory, type Person } from "./directory.ts";
import { Dragging } from "./drag.ts";
import { cardForm, gridOptions, rememberWords } from "./editor.ts";
import { type Hass, navigate, notify, type PanelConfig, type Part, PARTS } from "./ha.ts";
import { healthStrip } from "./health.ts";
import { type Look, lookOf, nameOf } from "./look.ts";
import { Memo } from "./memo.ts";
import { allowedModes, controls, mineIsFree, refusalOf, type Situation, takeFrom, transferable, whisperTo } from "./offer.ts";
import { icon } from "./person.ts";
import { missedToday, recentPart } from "./recent.ts";
import { newestFirst, type Row, rowOf } from "./rows.ts";
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

export class PbxPanel extends LitElement {
  static override styles = styles;
  static override properties = {
    config: { state: true },
    query: { state: true },
    filter: { state: true },
    tab: { state: true },
    sheet: { state: true },
    narrow: { state: true },
    roving: { state: true },
    allRecent: { state: true },
    chosen: { state: true },
  };

  declare config: PanelConfig;
  declare query: string;
  declare filter: Filter;
  declare tab: Tab;
  declare sheet: Sheet | undefined;
  declare narrow: boolean;
  declare roving: string;
  declare allRecent: boolean;
  /** The user's own choice of a phone: by config entry. */
  declare chosen: Record<string, string>;

  store = new Store();
  directory: Directory = { name: "", people: [], byNumber: new Map(), trunks: [], watched: [] };
  now!: Situation;
  muted = new Set<string>();
  readonly actions = new Actions(
    () => this.home,
    () => this.entry ?? "",
  );
  private home!: Hass;
  private entry: string | undefined;
  private feed: Promise<() => Promise<void>> | undefined;
  private texts: { words: Words; refusal: Words } | undefined;
  private language = "";
  private failed = false;
  /** Ages such as "3 min" are looked at again now and then. */
  private minute: ReturnType<typeof setInterval> | undefined;
  private looks = new Memo<Look>();
  private rows = new Memo<Row>();
  private offers = new Memo<CallOffer>();
  private observer = new ResizeObserver(([size]) => {
    this.narrow = size !== undefined && size.contentRect.width < 640;
  });
  private dragging = new Dragging(this);

  constructor() {
    super();
    this.query = "";
    this.filter = "all";
    this.tab = "calls";
    this.narrow = false;
    this.roving = "";
    this.allRecent = false;
    this.chosen = {};
  }

  static getConfigForm = cardForm;

  static getStubConfig(): object {
    return {};
  }

  setConfig(config: PanelConfig): void {
    for (const [key, known] of [["parts", PARTS]] as const) {
      const list = config[key];
      if (list !== undefined && (!Array.isArray(list) || list.some((one) => !known.includes(one)))) throw new Error(`${key}: ${known.join(", ")}`);
    }
    if (config.extensions !== undefined && !Array.isArray(config.extensions)) throw new Error("extensions: a list is needed");
    if (config.layout !== undefined && !["automatic", "wallboard"].includes(config.layout)) throw new Error("layout: automatic, wallboard");
    if (config.sort !== undefined && !["number", "name", "state"].includes(config.sort)) throw new Error("sort: number, name, state");
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
    return this.home;
  }

  set hass(hass: Hass) {
    const before = this.home as Hass | undefined;
    this.home = hass;
    if (!before || before.language !== hass.language) void this.loadTexts(hass);
    if (!before || before.entities !== hass.entities || before.devices !== hass.devices) {
      if (this.config) this.readRegistries();
      return;
    }
    const { states } = hass;
    if (states === before.states) return;
    const appeared = this.directory.people.length ? false : Object.keys(states).length !== Object.keys(before.states).length;
    if (appeared) this.readRegistries();
    else if (this.directory.watched.some((id) => states[id] !== before.states[id])) this.requestUpdate();
  }

  get numbers(): boolean {
    return this.config.show_numbers !== false;
  }

  /** Whether the user chooses the own phone, rather than the card's configuration. */
  get canChoose(): boolean {
    return !this.config.me && !(this.home.user && this.config.users?.[this.home.user.id]);
  }

  get mayDial(): boolean {
    const { now } = this;
    return mineIsFree(now) && now.store.capabilities?.dial === true && controls(now.me as string, now);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.minute = setInterval(() => this.requestUpdate(), 30_000);
    this.observer.observe(this);
    this.subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.minute);
    this.observer.disconnect();
    this.unsubscribe();
  }

  private async loadTexts(hass: Hass): Promise<void> {
    this.language = hass.language;
    const texts = await loadWords(hass);
    if (this.language !== hass.language) return;
    this.texts = texts;
    rememberWords(texts.words);
    this.requestUpdate();
  }

  /** Look at the time again: a call has become a long one. */
  lengthened(): void {
    this.looks.clear();
    this.rows.clear();
    this.requestUpdate();
  }

  private readRegistries(): void {
    const entry = this.config.config_entry_id ?? entries(this.home)[0]?.id;
    this.directory = entry ? directory(this.home, this.config, entry) : this.directory;
    if (entry !== this.entry) {
      this.unsubscribe();
      this.entry = entry;
      this.store = new Store();
      this.subscribe();
    }
    this.requestUpdate();
  }

  private subscribe(): void {
    if (!this.entry || this.feed || !this.isConnected) return;
    const entry = this.entry;
    this.failed = false;
    this.feed = this.home.connection.subscribeMessage<Message>((message) => this.take(message), { type: "pbx/subscribe_calls", entry_id: entry });
    this.feed.catch(() => {
      this.feed = undefined;
      this.failed = true;
      this.requestUpdate();
    });
    this.home
      .callWS<{ value: Record<string, string> | null }>({ type: "frontend/get_user_data", key: USER_DATA })
      .then(({ value }) => (this.chosen = value ?? {}))
      .catch(() => undefined);
  }

  private unsubscribe(): void {
    this.feed?.then((stop) => stop()).catch(() => undefined);
    this.feed = undefined;
  }

  private take(message: Message): void {
    if (message.now !== undefined) setClock(message.now);
    this.store.merge(message);
    if (message.calls) void this.readRecent(this.allRecent ? 100 : RECENT);
    this.requestUpdate();
  }

  private async readRecent(limit: number): Promise<void> {
    try {
      const { calls } = await this.home.callWS<{ calls: RecentCall[] }>({ type: "pbx/recent_calls", entry_id: this.entry, limit });
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
    this.sheet = sheet;
  }

  close(): void {
    this.sheet = undefined;
  }

  /** Show progress on a button until an action returns; then close the dialog if wanted. */
  act(button: HTMLElement, asked: Promise<boolean>, close = false): void {
    button.setAttribute("aria-busy", "true");
    void asked.then((done) => {
      button.removeAttribute("aria-busy");
      if (done && close) this.close();
    });
  }

  supervise(mode: Mode, number: string, button: HTMLElement): void {
    if (mode === "whisper") this.confirmed(mode, number, button);
    else this.open({ kind: "confirm", number, mode });
  }

  confirmed(mode: Mode, number: string, button: HTMLElement): void {
    this.act(button, this.actions.supervise(mode, this.now.me as string, number), true);
  }

  mute(number: string, key: string, button: HTMLElement): void {
    const on = !this.muted.has(key + number);
    this.act(
      button,
      this.actions.mute(number, on).then((done) => {
        if (done && on) this.muted.add(key + number);
        else if (done) this.muted.delete(key + number);
        this.requestUpdate();
        return done;
      }),
    );
  }

  transfer(call: Call, from: string, to: string, button: HTMLElement): void {
    const outside = transferable(call, from, this.now);
    const name = outside ? nameOf(outside, this.now) : "";
    this.act(
      button,
      this.actions.transfer(from, to, call.call_id).then((done) => {
        if (done) notify(this, this.now.words("sent", { name, who: this.now.name(to) ?? to }));
        return done;
      }),
      true,
    );
  }

  choose(number: string): void {
    this.chosen = { ...this.chosen, [this.entry as string]: number };
    this.close();
    void this.home.callWS({ type: "frontend/set_user_data", key: USER_DATA, value: this.chosen });
  }

  dial(button: HTMLElement): void {
    const to = this.query.trim();
    if (!this.mayDial || !isNumber(to)) return;
    this.act(
      button,
      this.actions.dial(this.now.me as string, to).then((done) => {
        if (done) this.query = "";
        return done;
      }),
    );
  }

  private asked(event: CustomEvent): void {
    const { kind, row, end, mode, number } = event.detail;
    const button = event.detail.button as HTMLElement;
    const call = this.store.calls.get(row.key);
    if (!call) return;
    if (kind === "take") {
      const from = takeFrom(call, this.now);
      if (from !== undefined) this.transfer(call, from, this.now.me as string, button);
    } else if (kind === "whisper") {
      const numbers = whisperTo(call, this.now);
      if (numbers.length > 1) this.open({ kind: "whom", numbers });
      else if (numbers[0]) this.supervise("whisper", numbers[0], button);
    } else if (kind === "mode") {
      this.supervise(mode, row.monitor.extension, button);
    } else if (kind === "stop") {
      this.act(button, this.actions.stop(number));
    } else if (kind === "menu") {
      this.openEnd(row.left.kind === "person" || row.right.kind !== "person" ? row.left : row.right, call);
    } else if (kind === "end") {
      this.openEnd(end, call);
    }
  }

  private openEnd(end: Row["left"], call: Call): void {
    if (end.kind === "group") this.open({ kind: "group", call: call.key });
    else if (end.kind === "outside") this.open({ kind: "outside", number: end.number, name: end.name, call: call.key });
    else if (this.directory.byNumber.has(end.number)) this.open({ kind: "person", number: end.number });
  }

  /* ---- what is shown ---- */

  private situation(words: Words, refusal: Words): Situation {
    const { home, store, config } = this;
    const me = this.mine();
    const long = Math.round((config.long_call ?? 10) * 60);
    return {
      states: home.states,
      store,
      words,
      refusal,
      language: this.language,
      long,
      now: time(),
      me,
      active: config.actions !== false && config.layout !== "wallboard" && store.connected,
      name: (number) => this.directory.byNumber.get(number)?.name,
      statusOf: (number) => home.states[this.directory.byNumber.get(number)?.status ?? ""]?.state ?? "unavailable",
    };
  }

  private mine(): string | undefined {
    const wanted = this.config.me || (this.home.user && this.config.users?.[this.home.user.id]) || (this.entry && this.chosen[this.entry]);
    if (!wanted) return undefined;
    return this.directory.people.find((person) => person.device === wanted || person.number === wanted)?.number;
  }

  /** Return what a person's tile shows; the same object while it is the same. */
  look(person: Person): Look {
    const { now, store } = this;
    const { states } = now;
    const from = [
      person,
      store.connected,
      states[person.status],
      person.disturb && states[person.disturb],
      person.forwarding && states[person.forwarding],
      store.callsOf(person.number),
      store.monitors,
      now.words,
      now.long,
    ];
    return this.looks.get(person.number, from, () => lookOf(person, now));
  }

  private offer(call: Call, row: Row): CallOffer {
    const { now } = this;
    const { monitor } = row;
    const mine = monitor && monitor.supervisor === now.me && now.active;
    return {
      take: takeFrom(call, now) ?? "",
      whisper: whisperTo(call, now),
      modes: mine ? allowedModes(monitor.extension, now) : [],
      stop: Boolean(monitor && !mine && controls(monitor.supervisor, now) && refusalOf(monitor.mode, monitor.extension, now) === undefined),
      menu: now.active,
    };
  }

  /** Return the rows of all calls, with what can be done. */
  callRows(plain: boolean): TemplateResult {
    const { now, store, directory: known } = this;
    const { me, words, long } = now;
    const mine = me === undefined ? [] : [now.statusOf(me), store.callsOf(me)];
    const shown = newestFirst(store.calls.values()).map((call) => {
      const row = this.rows.get(call.key, [call, store.monitors, known, words, me, long], () => rowOf(call, now, me));
      const others = row.people.map((number) => store.callsOf(number));
      const from = [call, row, now.active, store.can, store.capabilities, store.monitors, me, ...mine, ...others];
      return { row, offer: this.offers.get(call.key, from, () => this.offer(call, row)) };
    });
    this.rows.keep(store.calls);
    this.offers.keep(store.calls);
    return html`${repeat(
      shown,
      ({ row }) => row.key,
      ({ row, offer }) =>
        guard(
          [row, offer, words, long, plain, this.numbers],
          () =>
            html`<pbx-call
              .row=${row}
              .offer=${offer}
              .limit=${long}
              .words=${words}
              .language=${this.language}
              .plain=${plain}
              .numbers=${this.numbers}
            ></pbx-call>`,
        ),
    )}`;
  }

  /** Return tiles of people. */
  tiles(people: { person: Person; look: Look }[], plain: boolean): TemplateResult {
    const { now } = this;
    const reached = people.some(({ person }) => person.number === this.roving) ? this.roving : people[0]?.person.number;
    const { words, long, me } = now;
    return html`${repeat(
      people,
      ({ person }) => person.number,
      ({ person, look }) => {
        const call = this.store.callsOf(person.number)[0]?.key;
        const tab = person.number === reached;
        return guard(
          [person, look, call, tab, person.number === me, words, long, plain, this.numbers],
          () =>
            html`<pbx-person
              data-call=${call ?? nothing}
              .look=${look}
              .name=${person.name}
              .number=${person.number}
              .me=${person.number === me}
              .tab=${tab}
              .limit=${long}
              .words=${words}
              .language=${this.language}
              .plain=${plain}
              .numbers=${this.numbers}
            ></pbx-person>`,
        );
      },
    )}`;
  }

  private has(part: Part): boolean {
    return !this.config.parts?.length || this.config.parts.includes(part);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.config || !this.home || !this.texts) return nothing;
    const { words, refusal } = this.texts;
    this.now = this.situation(words, refusal);
    if (!this.entry || this.failed || (this.store.known && !this.store.loaded) || (this.store.known && !this.directory.people.length)) return this.nobody(words);
    if (!this.store.known) return html`<div class="panel"></div>`;
    const looks = this.directory.people.map((person) => ({ person, look: this.look(person) }));
    if (this.config.layout === "wallboard") return wallboard(this, looks);
    const many = looks.length > MANY;
    const calls = this.store.calls.size;
    const missed = missedToday(this.store.recent);
    const free = looks.filter(({ look }) => look.kind === "free").length;
    const beside = this.has("recent") && !many;
    const side = this.has("recent") ? this.section("recent", recentPart(this, missed)) : nothing;
    return html`<div
      class="panel"
      @pbx-do=${this.asked}
      @pbx-long=${this.lengthened}
      @pointerover=${this.light}
      @focusin=${this.light}
      @pointerleave=${this.light}
      @pointerdown=${(event: PointerEvent) => this.dragging.begin(event)}
    >${this.mini(calls, free, missed)}<div class="inner">${healthStrip(this)}<div class="top">${this.has("you") ? youPart(this) : nothing}${
      this.has("search") && !this.narrow ? this.find() : nothing
    }</div>${this.tabs(calls, missed)}<div class="grid ${many ? "many" : beside ? "rec" : ""}"><div>${
      this.has("calls") ? this.section("calls", this.callsPart(calls)) : nothing
    }${this.has("people") ? this.section("people", this.peoplePart(looks, free)) : nothing}${many ? side : nothing}</div>${
      beside ? html`<div class="side2">${side}</div>` : nothing
    }</div></div></div>${this.dialog()}`;
  }

  private nobody(words: Words): TemplateResult {
    return html`<div class="panel"><button class="card none" @click=${() => navigate("/config/integrations/integration/pbx")}>${icon(
      "mdi:phone-off",
      "off",
    )}<span class="tx"><span class="nm">${words("no_phones")}</span><span class="se dim">${words("no_phones_why")}</span></span></button></div>`;
  }

  private section(name: Tab, content: TemplateResult): TemplateResult {
    const { narrow } = this;
    return html`<section
      class="sec ${this.tab === name ? "show" : ""} ${name === "people" ? "chips" : ""}"
      id="pbx-${name}"
      role=${narrow ? "tabpanel" : "region"}
      aria-label=${this.now.words(name)}
    >${content}</section>`;
  }

  private tabs(calls: number, missed: number): TemplateResult {
    const { words } = this.now;
    const tabs = (["calls", "people", "recent"] as const).filter((name) => this.has(name));
    if (tabs.length && !tabs.includes(this.tab)) this.tab = tabs[0] as Tab;
    const count = { calls: this.store.connected ? calls : 0, people: 0, recent: missed };
    return html`<div class="tabs" role="tablist" @keydown=${this.moveTab}>${tabs.map(
      (name) =>
        html`<button role="tab" id="tab-${name}" aria-controls="pbx-${name}" aria-selected=${this.tab === name} tabindex=${this.tab === name ? 0 : -1} @click=${() => (this.tab = name)}
          >${words(name)}${count[name] ? html`<span class="n ${name === "recent" ? "al" : ""}">${count[name]}</span>` : nothing}</button
        >`,
    )}</div>`;
  }

  private moveTab(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const tabs = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
    const index = tabs.findIndex((tab) => tab.ariaSelected === "true");
    const next = tabs[(index + (getComputedStyle(this).direction === "rtl" ? -step : step) + tabs.length) % tabs.length];
    next?.focus();
    next?.click();
    event.preventDefault();
  }

  private mini(calls: number, free: number, missed: number): TemplateResult {
    const { words } = this.now;
    const ringing = [...this.store.calls.values()].filter((call) => call.answered_since === null).length;
    const lines = [words("n_calls", { count: calls }), ...(ringing ? [words("n_ringing", { count: ringing })] : []), words("n_free", { count: free }), words("n_missed", { count: missed })];
    return html`<button class="card mini" aria-label=${lines.join(", ")} @click=${this.openDashboard}>${icon(
      ringing ? "mdi:phone-ring" : "mdi:phone-in-talk",
      ringing ? "ringing" : "talking",
    )}<span class="nm">${lines[0]}</span><span class="se">${lines.slice(1, -1).join(" · ")}</span><span class="se">${lines.at(-1)}</span></button>`;
  }

  /** Open the dashboard of phones, if there is one in the sidebar. */
  private openDashboard(): void {
    const { panels } = this.home as Hass & { panels?: Record<string, { url_path: string; icon?: string | null; component_name: string }> };
    const found = Object.values(panels ?? {}).find((panel) => panel.component_name === "lovelace" && panel.icon === "mdi:phone");
    if (found) navigate(`/${found.url_path}`);
  }

  private find(): TemplateResult {
    const { words } = this.now;
    const call = this.mayDial && isNumber(this.query.trim());
    return html`<label class="card find"><ha-icon .icon=${"mdi:magnify"}></ha-icon><span class="sr">${words("search")}</span><input
        type="search"
        enterkeyhint=${call ? "go" : "search"}
        autocomplete="off"
        placeholder=${words("search")}
        ?disabled=${!this.store.connected}
        .value=${this.query}
        @input=${(event: InputEvent) => (this.query = (event.target as HTMLInputElement).value)}
        @keydown=${this.searchKey}
      />${
        call
          ? html`<button class="btn call-now" @click=${(event: Event) => this.dial(event.currentTarget as HTMLElement)}><ha-icon .icon=${"mdi:phone"}></ha-icon>${words("call")}</button>`
          : html`<ha-icon .icon=${"mdi:dialpad"}></ha-icon>`
      }</label>`;
  }

  private searchKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.query) {
      this.query = "";
      event.stopPropagation();
    }
    if (event.key !== "Enter") return;
    if (isNumber(this.query.trim())) this.dial(event.target as HTMLElement);
    else {
      const [first] = this.found();
      if (this.query && first) this.open({ kind: "person", number: first.number });
    }
  }

  private found(): Person[] {
    const wanted = this.query.trim().toLocaleLowerCase();
    return wanted ? this.directory.people.filter((person) => person.haystack.includes(wanted)) : this.directory.people;
  }

  private callsPart(calls: number): TemplateResult {
    const { words } = this.now;
    const { connected } = this.store;
    const last = this.store.recent[0];
    return html`<h2 class="h"><ha-icon .icon=${"mdi:phone-in-talk"}></ha-icon>${words("calls")} <span class="n">${connected && calls ? calls : nothing}</span></h2>${
      calls && connected
        ? html`<div class="calls" role="list" aria-label=${words("calls")}>${this.callRows(false)}</div>`
        : connected
          ? this.none("mdi:phone-check", "free", words("no_calls"), last ? words("last_ended", { ago: ago(this.now.now - last.ended, this.language) }) : "")
          : this.none("mdi:help-circle-outline", "off", words("calls_unknown"), words("until_answers"))
    }`;
  }

  none(sign: string, color: string, title: string, second: string): TemplateResult {
    return html`<div class="card none">${icon(sign, color)}<span class="tx"><span class="nm">${title}</span><span class="se dim">${second}</span></span></div>`;
  }

  private peoplePart(looks: { person: Person; look: Look }[], free: number): TemplateResult {
    const { words } = this.now;
    const { connected } = this.store;
    const found = new Set(this.found());
    const shown = looks.filter(
      ({ person, look }) => found.has(person) && (this.filter === "all" || !connected || (this.filter === "free" ? look.kind === "free" : IN_CALL.has(look.kind))),
    );
    if (this.config.sort === "state") shown.sort((a, b) => STATE_ORDER.indexOf(a.look.kind) - STATE_ORDER.indexOf(b.look.kind));
    const chip = (name: Filter) =>
      html`<button class="chip" aria-pressed=${this.filter === name} @click=${() => (this.filter = name)}>${words(name)}</button>`;
    return html`<div class="h"><h2 class="h" style="margin:0"><ha-icon .icon=${"mdi:account-group"}></ha-icon><b style="font-weight:400">${words("people")}</b> <span class="n">${
      connected ? words("n_free", { count: free }) : nothing
    }</span></h2><span class="sp"></span>${connected ? [chip("all"), chip("free"), chip("in_a_call")] : nothing}</div>${this.has("search") && this.narrow ? this.find() : nothing}<div
      class="people"
      @keydown=${this.movePerson}
      @click=${this.pressPerson}
      >${
        shown.length
          ? this.tiles(shown, false)
          : html`<div class="none dim">${isNumber(this.query.trim()) && this.mayDial ? words("no_person") : words("nobody_found")}</div>`
      }</div>`;
  }

  private pressPerson(event: Event): void {
    const number = (event.target as HTMLElement).closest("pbx-person")?.number;
    if (!number || this.dragging.justEnded) return;
    this.roving = number;
    this.open({ kind: "person", number });
  }

  /** Move by arrow keys from tile to tile: by column and row, as they are laid out. */
  private movePerson(event: KeyboardEvent): void {
    const at = (event.target as HTMLElement).closest("pbx-person");
    if (!at) return;
    const tiles = [...(event.currentTarget as HTMLElement).querySelectorAll("pbx-person")];
    const index = tiles.indexOf(at);
    const columns = Math.max(1, tiles.findIndex((tile) => tile.offsetTop > (tiles[0] as HTMLElement).offsetTop));
    const rtl = getComputedStyle(this).direction === "rtl";
    const steps: Record<string, number> = {
      ArrowRight: rtl ? -1 : 1,
      ArrowLeft: rtl ? 1 : -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -index,
      End: tiles.length - 1 - index,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tiles[index + step];
    if (!next) return;
    this.roving = next.number;
    next.querySelector("button")?.focus();
  }

  /** Light up the tiles and the row of the call under the pointer or the focus. */
  private light(event: Event): void {
    const inside = event.type === "pointerleave" ? null : (event.target as HTMLElement).closest<HTMLElement>("[data-call]");
    const key = inside?.dataset.call;
    for (const element of this.renderRoot.querySelectorAll<HTMLElement>("[lit]")) if (element.dataset.call !== key) element.removeAttribute("lit");
    if (key) for (const element of this.renderRoot.querySelectorAll(`[data-call="${CSS.escape(key)}"]`)) element.setAttribute("lit", "");
  }

  private dialog(): TemplateResult {
    const { sheet } = this;
    const shown = sheet && sheetContent(this, sheet);
    return html`<dialog
      role=${shown?.role ?? "dialog"}
      aria-modal="true"
      aria-label=${shown?.label ?? nothing}
      @close=${() => this.close()}
      @pointerdown=${this.pressDialog}
      >${shown?.content ?? nothing}</dialog
    >`;
  }

  /** Close when a press begins beside the dialog: by its end, the dialog may have another size. */
  private pressDialog(event: PointerEvent): void {
    const dialog = event.currentTarget as HTMLElement;
    if (event.target !== dialog) return;
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < left || x > right || y < top || y > bottom) this.close();
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (!dialog) return;
    if (this.sheet && !dialog.open) dialog.showModal();
    if (!this.sheet && dialog.open) dialog.close();
  }
}

const IN_CALL = new Set<Look["kind"]>(["ringing", "talking", "held", "dialing", "supervising"]);
const STATE_ORDER: Look["kind"][] = ["free", "ringing", "dialing", "talking", "held", "supervising", "forwarding", "disturb", "fault", "offline", "unknown"];

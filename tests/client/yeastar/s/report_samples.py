"""The samples of the reference, with what they say; and how to say it briefly."""

from custom_components.pbx.client.model import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    Party,
    PartyState,
)
from custom_components.pbx.client.report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    OtherReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject,
)
from custom_components.pbx.client.yeastar.s.reports import parse

DIALING, RINGING, TALKING, HELD, GONE, _ = PartyState
INTERNAL, INBOUND, OUTBOUND = CallDirection

STEPS = ["RING", "ALERT", "ANSWER", "ANSWERED"]
CALLS = [*STEPS, "BYE", "Tranfer", "Invite", "Incoming"]


def ext(number: str, state: PartyState, caller: bool | None = None) -> Party:
    """Return an extension's phone."""
    return Party(number, True, state, caller)


def trunk(
    number: str, state: PartyState, caller: bool, name: str | None, leg: str | None
) -> Party:
    """Return somebody outside."""
    return Party(number, False, state, caller, name, leg)


def told(body: str) -> Report:
    """Return what a report says that has no serial number."""
    received = parse(body.encode())
    assert received is not None
    assert received.serial_number is None
    (report,) = received.reports
    return report


# Section 5.3: the two formats of calls, legacy first.

OUT_CALL = "1495771030.365"
OUT_JSON = (
    '{"from":"1002","to":"42003","trunk":"sip-142","outboundid":"1495771030.366"}'
)


def out(state: PartyState) -> Party:
    """Return the outside party of the outbound sample."""
    return trunk("42003", state, False, "sip-142", "1495771030.366")


IN_CALL = "1495707950.331"
IN_JSON = '{"from":"1000","to":"1002","trunk":"sip-142","inboundid":"1495707950.331"}'


def caller(state: PartyState) -> Party:
    """Return the outside party of the inbound sample."""
    return trunk("1000", state, True, "sip-142", IN_CALL)


CALL_SAMPLES: list[tuple[str, Report, str | None]] = [
    (
        '{"action":"RING","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
        CallReport(
            "1495706238.328",
            (ext("1000", RINGING, False), ext("1002", DIALING, True)),
            INTERNAL,
        ),
        None,
    ),
    (
        '{"action":"RING","callid":"1550710849.199","call":[{"ext":{"extid":"1002"}},{"ext":{"extid":"1001"}}],"sn":"369351034049"}',
        CallReport(
            "1550710849.199",
            (ext("1002", RINGING, False), ext("1001", DIALING, True)),
            INTERNAL,
        ),
        "369351034049",
    ),
    (
        f'{{"action":"RING","callid":"{OUT_CALL}","outbound":{OUT_JSON},"ext":{{"extid":"1002"}}}}',
        CallReport(OUT_CALL, (out(RINGING), ext("1002", DIALING, True)), OUTBOUND),
        None,
    ),
    (
        f'{{"action":"RING","callid":"{OUT_CALL}","call":[{{"outbound":{OUT_JSON}}},{{"ext":{{"extid":"1002"}}}}],"sn":"1"}}',
        CallReport(OUT_CALL, (out(RINGING), ext("1002", DIALING, True)), OUTBOUND),
        "1",
    ),
    (
        f'{{"action":"RING","callid":"{IN_CALL}","ext":{{"extid":"1002"}},"inbound":{IN_JSON}}}',
        CallReport(
            IN_CALL, (ext("1002", RINGING, False), caller(DIALING)), INBOUND, "1002"
        ),
        None,
    ),
    (
        f'{{"action":"RING","callid":"{IN_CALL}","call":[{{"ext":{{"extid":"1002"}}}},{{"inbound":{IN_JSON}}}],"sn":"1"}}',
        CallReport(
            IN_CALL, (ext("1002", RINGING, False), caller(DIALING)), INBOUND, "1002"
        ),
        "1",
    ),
    (
        '{"action":"ALERT","callid":"1495706238.328","ext":{"extid":"1002"}}',
        CallReport("1495706238.328", (ext("1002", DIALING, True),)),
        None,
    ),
    (
        '{"action":"ALERT","callid":"1550710849.199","call":[{"ext":{"extid":"1001"}}],"sn":"369351034049"}',
        CallReport("1550710849.199", (ext("1001", DIALING, True),)),
        "369351034049",
    ),
    (
        f'{{"action":"ALERT","callid":"{IN_CALL}","inbound":{IN_JSON}}}',
        CallReport(IN_CALL, (caller(DIALING),), INBOUND, "1002"),
        None,
    ),
    (
        '{"action":"ANSWER","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
        CallReport(
            "1495706238.328",
            (ext("1000", TALKING, False), ext("1002", TALKING, True)),
            INTERNAL,
        ),
        None,
    ),
    (
        '{"action":"ANSWER","callid":"1547375031.65","call":[{"ext":{"extid":"1006"}},{"ext":{"extid":"1005"}}],"sn":"369362089179"}',
        CallReport(
            "1547375031.65",
            (ext("1006", TALKING, False), ext("1005", TALKING, True)),
            INTERNAL,
        ),
        "369362089179",
    ),
    (
        '{"action":"ANSWERED","callid":"1495706238.328","ext":{"extid":"1002"},"ext":{"extid":"1000"}}',
        CallReport(
            "1495706238.328",
            (ext("1002", TALKING, True), ext("1000", TALKING, False)),
            INTERNAL,
        ),
        None,
    ),
    (
        '{"action":"ANSWERED","callid":"1547375031.65","call":[{"ext":{"extid":"1005"}},{"ext":{"extid":"1006"}}],"sn":"369362089179"}',
        CallReport(
            "1547375031.65",
            (ext("1005", TALKING, True), ext("1006", TALKING, False)),
            INTERNAL,
        ),
        "369362089179",
    ),
    (
        '{"action":"BYE","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
        CallReleased("1495706238.328", (ext("1000", GONE), ext("1002", GONE))),
        None,
    ),
    (
        '{"action":"BYE","callid":"1547375817.78","call":[{"ext":{"extid":"1006"}},{"ext":{"extid":"1005"}}],"sn":"369362089179"}',
        CallReleased("1547375817.78", (ext("1006", GONE), ext("1005", GONE))),
        "369362089179",
    ),
    (
        '{"action":"Tranfer","callid":"1505291815.120","ext":{"extid":"1000"},"inbound":{"from":"102","to":"1000","trunk":"Apple_test","inboundid":"1505291815.120"}}',
        CallTransferred(
            "1505291815.120",
            (
                ext("1000", GONE),
                trunk("102", TALKING, True, "Apple_test", "1505291815.120"),
            ),
        ),
        None,
    ),
    (
        '{"action":"Tranfer","callid":"1547378727.152","call":[{"ext":{"extid":"1005"}},{"ext":{"extid":"1001"}}],"sn":"369362089179"}',
        CallTransferred("1547378727.152", (ext("1005", GONE), ext("1001", TALKING))),
        "369362089179",
    ),
    (
        f'{{"action":"Invite","callid":"{IN_CALL}","inbound":{IN_JSON}}}',
        CallReport(IN_CALL, (caller(DIALING),), INBOUND, "1002"),
        None,
    ),
    (
        f'{{"action":"Invite","callid":"{IN_CALL}","call":[{{"inbound":{IN_JSON}}}],"sn":"1"}}',
        CallReport(IN_CALL, (caller(DIALING),), INBOUND, "1002"),
        "1",
    ),
    (
        f'{{"action":"Incoming","callid":"{IN_CALL}","inbound":{IN_JSON}}}',
        CallReport(IN_CALL, (caller(DIALING),), INBOUND, "1002"),
        None,
    ),
    (
        '{"action":"Incoming","callid":"1547393303.354","call":[{"inbound":{"from":"182737733","to":"1005","trunk":"SPS-6-36","inboundid":"1547393303.354"}}],"sn":"369362089179"}',
        CallReport(
            "1547393303.354",
            (trunk("182737733", DIALING, True, "SPS-6-36", "1547393303.354"),),
            INBOUND,
            "1005",
        ),
        "369362089179",
    ),
    (
        '{"action":"DTMF","callid":"1495705009.315","outbound":{"from":"1002","to":"41000","trunk":"SIP-142","outboundid":"1495705009.316"},"info":"#"}',
        OtherReport("DTMF"),
        None,
    ),
    (
        '{"action":"DTMF","callid":"1547389829.281","call":[{"ext":{"extid":"1005"}}],"info":"2","flag":"0","sn":"369362089179"}',
        OtherReport("DTMF"),
        "369362089179",
    ),
]

FLAT_SAMPLES: list[tuple[str, Report, str | None]] = [
    (
        '{"action":"ExtensionStatus","extension":"1010","status":"Registered","sn":"369362089179"}',
        ExtensionReport("1010", ExtensionStatus.IDLE, registration=True),
        "369362089179",
    ),
    (
        '{"action":"ConfigChange","type":"trunk","trunkname":"SIP-142","operation":"del"}',
        SettingsChanged(Subject.TRUNK),
        None,
    ),
    (
        '{"action":"ConfigChange","type":"extension","extid":"1001","operation":"update","sn":"369362089179"}',
        SettingsChanged(Subject.EXTENSION, "1001"),
        "369362089179",
    ),
    ('{"action":"BootUp","sn":"369351034049"}', Restarted(), "369351034049"),
    (
        '{"action":"CallFailed","reason":"DND","callid":"1495186077.229","ext":{"extid":"1005"}}',
        CallFailed("1495186077.229", (ext("1005", GONE),), CallOutcome.REJECTED),
        None,
    ),
    (
        '{"action":"CallFailed","reason":"486 Busy Here","callid":"1536976927.37","outbound":{"from":"1002","to":"70871520926","trunk":"Wanatel-1","outboundid":"1536976927.38"},"ext":{"extid":"1002"},"sn":"369351034049"}',
        CallFailed(
            "1536976927.37",
            (
                trunk("70871520926", GONE, False, "Wanatel-1", "1536976927.38"),
                ext("1002", GONE),
            ),
            CallOutcome.BUSY,
        ),
        "369351034049",
    ),
    (
        '{"action":"PlayPromptEnd","callid":"1495780325.384","ext":{"extid":"1002"},"prompt":"appletest"}',
        OtherReport("PlayPromptEnd"),
        None,
    ),
    (
        '{"action":"PlayPromptEnd","callid":"1505352996.281","outbound":{"trunkname":"Apple_test"},"prompt":"appletest"}',
        OtherReport("PlayPromptEnd"),
        None,
    ),
    (
        '{"action":"satisfaction","surveyresult":"1","callid":"1504460713.60"}',
        OtherReport("satisfaction"),
        None,
    ),
    (
        '{"action":"sms-send","status":"Failed","smsid":"18396210850-1502874159"}',
        OtherReport("sms-send"),
        None,
    ),
    (
        '{"action":"NewCdr","callid":"1505352445.265","timestart":"2017-09-14 09:27:25","callfrom":"102","callto":"1000","srctrunkname":"Apple_test","callduraction":"38","talkduraction":"29","status":"ANSWERED","type":"Inbound","recording":"20170914092747-1505352445.265-102-1000-Inbound.wav"}',
        CallRecord(
            "1505352445.265",
            "102",
            "1000",
            CallOutcome.ANSWERED,
            INBOUND,
            trunk="Apple_test",
            duration=38,
            talked=29,
        ),
        None,
    ),
    ('{"action":"RI","callid":"1495706238.328"}', OtherReport("RI"), None),
]

V2_CALL = "1571896991.2"
V2_SN = "369451090405"
V2_LEG = "PJSIP/trunk-siptrunk-endpoint-00000001"


def v2_caller(state: PartyState) -> Party:
    """Return the outside party of the samples of 5.4."""
    return trunk("2000", state, True, "siptrunk", V2_LEG)


V2_SAMPLES: list[tuple[str, Report, str | None]] = [
    (
        '{"event":"ExtensionStatus","extension":"1023","status":"Ringing","sn":"369451090405"}',
        ExtensionReport("1023", ExtensionStatus.RINGING),
        V2_SN,
    ),
    (
        '{"event":"ConfigChange","type":"extension","extid":"1000","operation":"update","sn":"369451090405"}',
        SettingsChanged(Subject.EXTENSION, "1000"),
        V2_SN,
    ),
    ('{"event":"BootUp","sn":"369451090405"}', Restarted(), V2_SN),
    (
        '{"event":"Invite","callid":"1571896991.2","members":[{"inbound":{"from":"2000","to":"1023","trunkname":"siptrunk","channelid":"PJSIP/trunk-siptrunk-endpoint-00000001"}}],"sn":"369451090405"}',
        CallReport(V2_CALL, (v2_caller(DIALING),), INBOUND, "1023"),
        V2_SN,
    ),
    (
        '{"event":"Incoming","callid":"1571897079.3","members":[{"inbound":{"from":"2000","to":"1023","trunkname":"siptrunk","channelid":"PJSIP/trunk-siptrunk-endpoint-00000002"}}],"sn":"369451090405"}',
        CallReport(
            "1571897079.3",
            (trunk("2000", DIALING, True, "siptrunk", V2_LEG[:-1] + "2"),),
            INBOUND,
            "1023",
        ),
        V2_SN,
    ),
    (
        '{"event":"CallFailed","callid":"1573097568.15","reason":"NO Outbound Restriction","members":[{"ext":{"number":"1023","channelid":"PJSIP/1023-0000000a"}}],"sn":"369451090405"}',
        CallFailed("1573097568.15", (ext("1023", GONE),), CallOutcome.FAILED),
        V2_SN,
    ),
    (
        '{"event":"DTMF","callid":"1571905397.97","members":[{"ext":{"number":"1023"}}],"infos":"2","flag":"0","info":"2","sn":"369451090405"}',
        OtherReport("DTMF"),
        V2_SN,
    ),
    (
        '{"event":"satisfaction","callid":"1571972541.133","surveyresult":"1","sn":"369451090405"}',
        OtherReport("satisfaction"),
        V2_SN,
    ),
    (
        '{"event":"NewCdr","callid":"1571897930.5","timestart":"2019-10-23 22:18:50","callfrom":"1023","callto":"2023","callduraction":"19","talkduraction":"14","srctrunkname":"","dsttrcunkname":"","pincode":"","status":"ANSWERED","type":"Internal","recording":"20191024201242-1571897930.5-203-201-Internal.wav","didnumber":"","agentringtime":"0","sn":"369451090405"}',
        CallRecord(
            "1571897930.5",
            "1023",
            "2023",
            CallOutcome.ANSWERED,
            INTERNAL,
            duration=19,
            talked=14,
        ),
        V2_SN,
    ),
]

SAMPLES = CALL_SAMPLES + FLAT_SAMPLES + V2_SAMPLES

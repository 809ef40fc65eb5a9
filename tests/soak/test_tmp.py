import asyncio
from tests.soak.home import lived
from tests.soak.steps import *
def test_it(socket_enabled, freezer):
    asyncio.run(lived([Step("call",0,1),Step("answer"),Step("reload"),Step("wait"),Step("restart"),Step("inbound",0,1)], Firmware(), freezer))

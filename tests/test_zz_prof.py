import time, sys, traceback
from contextlib import asynccontextmanager
from tests.conftest import *
from bot.db import Database
DANGER = "I'm going to kill myself tonight"
async def test_prof(house):
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    f = await house["Rivera"].clicks("Resolve", in_="on-call")
    await f.fills(outcome="safe_supported")
    log=[]
    t0=[0]
    def wrap(name):
        orig=getattr(Database,name)
        @asynccontextmanager
        async def inner(self):
            fr=sys._getframe(2)
            st=traceback.extract_stack(fr, limit=6)
            a=time.perf_counter()
            async with orig(self) as s:
                b=time.perf_counter()
                yield s
                c=time.perf_counter()
            d=time.perf_counter()
            import asyncio
            log.append((a-t0[0],name,(b-a)*1000,(c-b)*1000,(d-c)*1000,asyncio.current_task().get_name()[-28:]," < ".join(f"{x.filename.split('/')[-1]}:{x.name}" for x in reversed(st) if 'contextlib' not in x.filename)[:110]))
        setattr(Database,name,inner)
        return orig
    o=[wrap("read"),wrap("write")]
    mark=house.sandbox.requests.mark()
    t0[0]=time.perf_counter()
    w0=house.sandbox.clock.now()
    import datetime
    house.sandbox.clock  # frozen
    await house["Alex"].says(DANGER, in_="morning-check-in")
    total=time.perf_counter()-t0[0]
    Database.read, Database.write = o
    for l in sorted(log): print(f"{l[0]*1000:7.1f} {l[1]:5} open {l[2]:5.1f} body {l[3]:6.1f} end {l[4]:5.1f} {l[5]:28} {l[6]}")
    print("total",total, len(log))

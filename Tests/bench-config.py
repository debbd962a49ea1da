"""How long 'check --all' takes for the shipped configuration and 200 images more, beside Python's configparser.

Whole processes are timed, their start included. Run by 'make bench-config' from the top of the checkout: BINARY is its argument.
"""

import os, pathlib, shutil, statistics, subprocess, sys, tempfile, time
reader = """
import configparser, sys
config = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
config.read(sys.argv[2:])
if sys.argv[1] == "resolve":
    for name in config.sections():
        for key in config[name]:
            try:
                config[name][key]
            except configparser.InterpolationError:
                pass
"""
image = """[bench-{0}]
inherits = debian-{1}
description = image {0} of the benchmark
hostname = bench-{0}
image-size = {2}G
packages = ${{debian:packages}} vim htop
users = user-{0}
mount = /srv/images
output-dir = ${{mount}}/{0}
upload-destinations = shelf-{0}
[user:user-{0}]
sudo = yes
[shelf-{0}]
upload-type = rsync
upload-target = images@mirror.example.org:${{bench-{0}:mount}}/
post-upload-command = /usr/bin/test -e ${{image}}
"""
with tempfile.TemporaryDirectory() as scratch:
    configs = pathlib.Path(scratch) / "configs"
    shutil.copytree("configs", configs)
    for number in range(200):
        (configs / "images" / f"bench-{number}.conf").write_text(image.format(number, 12 + number % 2, 4 + number % 9))
    files = [str(configs / "defaults.conf")] + sorted(map(str, configs.glob("distros/*.conf"))) + sorted(map(str, configs.glob("images/*.conf")))
    empty = pathlib.Path(scratch) / "empty.conf"
    empty.touch()
    python = [sys.executable, "-c", reader]
    commands = [
        ("image-factory check --all", [sys.argv[1], "check", "--all", "--configs", str(configs), "--config", str(empty)]),
        ("configparser: read", python + ["read"] + files),
        ("configparser: read and resolve", python + ["resolve"] + files),
    ]
    print(f"{len(files)} files, {sum(map(os.path.getsize, files))} bytes; seconds, median of 5")
    for name, command in commands:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        print(f"{name:32} {statistics.median(times):7.3f}   ({min(times):.3f} to {max(times):.3f})")

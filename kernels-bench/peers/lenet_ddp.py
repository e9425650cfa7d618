"""lenet_ddp.py [--plain] [DATA]: examples/mnist/lenet.yaml by PyTorch's DistributedDataParallel.

Two processes on one thread each, gloo between them; the same network, batches of 64 a worker, Adam
whose rate halves every 400 steps, the test set every 200 steps, until 99 % of it are right. Tuned:
channels last, fused Adam, gradients as views of DDP's buckets, the test set shared by both;
`--plain`: as written by most. Prints seconds from the command's start, and samples a second of
training alone. Needs PyTorch (pip install torch); DATA: the folder of MNIST's four files.
"""

import gzip
import os
import socket
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch  # noqa: E402: reads the variable above
import torch.distributed as dist  # noqa: E402
import torch.multiprocessing as mp  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.parallel import DistributedDataParallel  # noqa: E402

WORLD, BATCH, STEPS, EVERY, TARGET = 2, 64, 2000, 200, 0.99
DATA = Path(__file__).resolve().parents[2] / "examples/mnist/data"


def read(folder, name, header):
    with gzip.open(Path(folder) / f"{name}.gz") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def images(folder, name):
    return read(folder, f"{name}-images-idx3-ubyte", 16).view(-1, 1, 28, 28)


def labels(folder, name):
    return read(folder, f"{name}-labels-idx1-ubyte", 8).long()


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def features(pixels, layout):
    return (pixels.float() / 255).to(memory_format=layout)


def correct(model, pixels, targets, layout):
    right = 0
    with torch.inference_mode():
        for first in range(0, len(pixels), 500):
            outputs = model(features(pixels[first:first + 500], layout))
            right += int((outputs.argmax(1) == targets[first:first + 500]).sum())
    return right


def work(rank, port, begun, tuned, folder):
    torch.set_num_threads(1)
    torch.manual_seed(42)
    dist.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=WORLD)
    layout = torch.channels_last if tuned else torch.contiguous_format
    network = lenet().to(memory_format=layout)
    model = DistributedDataParallel(network, gradient_as_bucket_view=tuned)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=tuned)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 ** (step / 400))
    loss = nn.CrossEntropyLoss()
    pixels, targets = images(folder, "train"), labels(folder, "train")
    test, answers = images(folder, "t10k"), labels(folder, "t10k")
    mine = slice(rank, None, WORLD) if tuned else slice(None)
    test, answers = test[mine], answers[mine]
    order = torch.Generator().manual_seed(42 + rank)
    seconds = 0.0
    for step in range(1, STEPS + 1):
        started = time.perf_counter()
        batch = torch.randint(0, len(pixels), (BATCH,), generator=order)
        optimizer.zero_grad(set_to_none=True)
        loss(model(features(pixels[batch], layout)), targets[batch]).backward()
        optimizer.step()
        schedule.step()
        seconds += time.perf_counter() - started
        if step % EVERY == 0:
            right = torch.tensor([correct(network, test, answers, layout)])
            if tuned:
                dist.all_reduce(right)
            accuracy = right.item() / 10000
            if rank == 0:
                print(f"step {step}: {accuracy:.4f} after {time.time() - begun:.1f} s, "
                      f"{WORLD * BATCH * step / seconds:,.0f} samples/s", flush=True)
            if accuracy >= TARGET:
                break
    dist.destroy_process_group()


def main():
    begun = time.time() - time.process_time()
    words = sys.argv[1:]
    tuned = "--plain" not in words
    folder = next((word for word in words if word != "--plain"), DATA)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    print(f"PyTorch {torch.__version__}, {'tuned' if tuned else 'plain'}", flush=True)
    mp.spawn(work, (port, begun, tuned, folder), nprocs=WORLD)


if __name__ == "__main__":
    main()

"""gpu-peer.py REPEATS: what PyTorch takes for the steps that DeviceStepMain measures, same machine.

A step: batch and labels from pinned memory to the device, forward, backward, gradients back to
pinned memory, as a parameter server's worker has to; medians. Once as written, once compiled.
"""

import statistics
import sys
import time

import torch
from torch import nn

DEVICE = torch.device("cuda")


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def mlp():
    return nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))


def step(model, loss, batch, labels, into):
    features = batch.to(DEVICE, non_blocking=True)
    targets = labels.to(DEVICE, non_blocking=True)
    for parameter in model.parameters():
        parameter.grad = None
    loss(model(features), targets).backward()
    for parameter, memory in zip(model.parameters(), into):
        memory.copy_(parameter.grad, non_blocking=True)
    torch.cuda.synchronize()


def median_millis(model, shape, repeats):
    batch = torch.randn(shape).pin_memory()
    labels = torch.randint(0, 10, (shape[0],)).pin_memory()
    into = [torch.empty(p.shape).pin_memory() for p in model.parameters()]
    loss = nn.CrossEntropyLoss()
    for _ in range(10):
        step(model, loss, batch, labels, into)
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        step(model, loss, batch, labels, into)
        times.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(times)


def main():
    repeats = int(sys.argv[1])
    print(f"PyTorch {torch.__version__}, float32, {torch.cuda.get_device_name()}")
    cases = [
        ("mlp 784-100-10", mlp, (100, 784)),
        ("lenet 20/50/500/10", lenet, (64, 1, 28, 28)),
        ("lenet 20/50/500/10", lenet, (1024, 1, 28, 28)),
    ]
    for tf32 in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        for name, make, shape in cases:
            for how in ("as written", "compiled"):
                model = make().to(DEVICE)
                if how == "compiled":
                    model = torch.compile(model)
                millis = median_millis(model, shape, repeats)
                print(f"{name:<20} batch {shape[0]:4d}  {millis:8.3f} ms  {how}"
                      f"{', tf32' if tf32 else ''}")


if __name__ == "__main__":
    main()

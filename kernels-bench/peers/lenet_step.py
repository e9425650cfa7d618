"""lenet_step.py [REPEATS]: what PyTorch takes for the gradients of `./gradwire bench step`.

One thread, float32, forward and backward, no optimizer; medians. LeNet of batch 64 with channels
first and last, the MLP of batch 100. Needs PyTorch (pip install torch).
"""

import os
import statistics
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch  # noqa: E402: reads the variable above
from torch import nn  # noqa: E402


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def mlp():
    return nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))


def median_seconds(model, features, repeats):
    labels = torch.randint(0, 10, (len(features),))
    loss = nn.CrossEntropyLoss()
    times = []
    for i in range(repeats + 20):
        begun = time.perf_counter()
        for parameter in model.parameters():
            parameter.grad = None
        loss(model(features), labels).backward()
        if i >= 20:
            times.append(time.perf_counter() - begun)
    return statistics.median(times)


def show(name, batch, seconds):
    print(f"{name:<24} {1e3 * seconds:8.3f} ms  {batch / seconds:10,.0f} samples/s", flush=True)


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, one thread")
    images = torch.randn(64, 1, 28, 28)
    last = {"memory_format": torch.channels_last}
    show("lenet", 64, median_seconds(lenet(), images, repeats))
    show("lenet, channels last", 64, median_seconds(lenet().to(**last), images.to(**last), repeats))
    show("mlp", 100, median_seconds(mlp(), torch.randn(100, 784), 10 * repeats))


if __name__ == "__main__":
    main()

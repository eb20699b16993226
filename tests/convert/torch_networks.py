"""Networks of other systems, built in PyTorch with random weights."""

import torch
from torch import nn
from torch.nn import functional


class EmoBlock(nn.Module):
    """A bottleneck with the stride on the first 1x1 convolution."""

    def __init__(self, taken, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(taken, width, 1, stride, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(width, 1e-3)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(width, 1e-3)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.batch_norm3 = nn.BatchNorm2d(4 * width, 1e-3)
        self.i_downsample = None
        if taken != 4 * width:
            self.i_downsample = nn.Sequential(
                nn.Conv2d(taken, 4 * width, 1, stride, bias=False),
                nn.BatchNorm2d(4 * width, 1e-3),
            )

    def forward(self, x):
        y = torch.relu(self.batch_norm1(self.conv1(x)))
        y = torch.relu(self.batch_norm2(self.conv2(y)))
        y = self.batch_norm3(self.conv3(y))
        if self.i_downsample is not None:
            x = self.i_downsample(x)
        return torch.relu(x + y)


class EmoResNet(nn.Module):
    """EMO-AffectNet's image model: BGR minus means to logits."""

    def __init__(self):
        super().__init__()
        self.conv_layer_s2_same = nn.Conv2d(3, 64, 7, 2, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(64, 1e-3)
        taken = 64
        for i, blocks in enumerate((3, 4, 6, 3)):
            layers = []
            for block in range(blocks):
                stride = 2 if i and not block else 1
                layers.append(EmoBlock(taken, 64 * 2**i, stride))
                taken = 256 * 2**i
            setattr(self, f"layer{i + 1}", nn.Sequential(*layers))
        self.fc1 = nn.Linear(2048, 512)
        self.fc2 = nn.Linear(512, 7)

    def extract_features(self, x):
        # Sizes divisible by 4: TensorFlow's "same" pads 2 before, 3 behind.
        x = self.conv_layer_s2_same(functional.pad(x, (2, 3, 2, 3)))
        x = functional.max_pool2d(torch.relu(self.batch_norm1(x)), 3, 2)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc1(x.mean((2, 3)))

    def forward(self, x):
        return self.fc2(torch.relu(self.extract_features(x)))


class EmoLSTM(nn.Module):
    """EMO-AffectNet's temporal model: ten features to logits."""

    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTM(512, 512, batch_first=True)
        self.lstm2 = nn.LSTM(512, 256, batch_first=True)
        self.fc = nn.Linear(256, 7)

    def forward(self, x):
        x, _ = self.lstm1(x)
        x, _ = self.lstm2(x)
        return self.fc(x[:, -1])


class VisionBlock(nn.Module):
    """A block of torchvision's ResNets, basic or a bottleneck."""

    def __init__(self, taken, width, stride, bottleneck):
        super().__init__()
        made = 4 * width if bottleneck else width
        sizes = (1, 3, 1) if bottleneck else (3, 3)
        widths = (width, width, made) if bottleneck else (width, width)
        strided = sizes.index(3)
        last = taken
        for i, (size, out) in enumerate(zip(sizes, widths, strict=True)):
            step = stride if i == strided else 1
            conv = nn.Conv2d(last, out, size, step, size // 2, bias=False)
            setattr(self, f"conv{i + 1}", conv)
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(out))
            last = out
        self.count = len(sizes)
        self.downsample = None
        if stride != 1 or taken != made:
            self.downsample = nn.Sequential(
                nn.Conv2d(taken, made, 1, stride, bias=False),
                nn.BatchNorm2d(made),
            )

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = torch.relu(y) if i < self.count else y
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(x + y)


class VisionResNet(nn.Module):
    """torchvision's ResNet-18, -34 or -50; gives the averaged features."""

    def __init__(self, depth, classes=5):
        super().__init__()
        blocks = (2, 2, 2, 2) if depth == 18 else (3, 4, 6, 3)
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        taken = 64
        for i, number in enumerate(blocks):
            layers = []
            for block in range(number):
                stride = 2 if i and not block else 1
                width = 64 * 2**i
                layers.append(VisionBlock(taken, width, stride, depth == 50))
                taken = width * (4 if depth == 50 else 1)
            setattr(self, f"layer{i + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(taken, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = functional.max_pool2d(x, 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3))


def randomised(network, seed=0):
    """Gives batch norms statistics that matter; the network, to infer with."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in (
                (module.running_mean, -0.3, 0.3),
                (module.running_var, 0.5, 2.0),
                (module.weight, 0.4, 0.9),
                (module.bias, -0.2, 0.2),
            ):
                tensor.data.uniform_(low, high, generator=generator)
        elif isinstance(module, nn.Conv2d | nn.Linear | nn.LSTM):
            for tensor in module.parameters():
                bound = (1 / max(tensor[0].numel(), 16)) ** 0.5
                tensor.data.normal_(0, bound, generator=generator)
    return network.eval()

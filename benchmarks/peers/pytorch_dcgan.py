"""The DCGAN of PyTorch's examples.

Source: github.com/pytorch/examples, dcgan, after Radford et al. 2016. Made for 64 x 64. Here
pictures are padded with black to 32 x 32 and fakes cropped to 28 x 28, so that nothing is
resampled; the stage with 512 filters is left out of both players, and the others keep their
layers. All else is as published: batch norm in both, Adam(2e-4, 0.5), batches of 64, fakes drawn
with the statistics of their own batch of 64. Reading data costs it less than the published loader.
"""

import numpy as np
import torch
from torch import nn

BATCH_SIZE = 64
LATENT_DIM = 100
FILTERS = (256, 128, 64)  # at 4 x 4, 8 x 8 and 16 x 16
BORDER = 2


class Peer:
    """Trains on the CPU, with PyTorch's own number of threads."""

    def __init__(self, images, labels, seed):
        torch.manual_seed(seed)
        self.generator, self.discriminator = _generator(), _discriminator()
        for network in (self.generator, self.discriminator):
            network.apply(_initialize)
        self.generator_optimizer = _adam(self.generator)
        self.discriminator_optimizer = _adam(self.discriminator)
        self.cross_entropy = nn.BCELoss()
        pad = ((0, 0), (0, 0), (BORDER, BORDER), (BORDER, BORDER))
        self.images = torch.from_numpy(np.pad(images.transpose(0, 3, 1, 2), pad))
        self.batches = self._batches(torch.Generator().manual_seed(seed))

    def _batches(self, generator):
        size = min(BATCH_SIZE, len(self.images))
        while True:
            order = torch.randperm(len(self.images), generator=generator)
            for start in range(0, len(order) - size + 1, size):
                yield self.images[order[start : start + size]].float() / 127.5 - 1.0

    def train(self, steps):
        """Go on for that many steps."""
        for _ in range(steps):
            self._step(next(self.batches))

    def _step(self, real):
        ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
        self.discriminator.zero_grad()
        self._loss(real, ones).backward()
        fake = self.generator(torch.randn(len(real), LATENT_DIM, 1, 1))
        self._loss(fake.detach(), zeros).backward()
        self.discriminator_optimizer.step()

        self.generator.zero_grad()
        self._loss(fake, ones).backward()
        self.generator_optimizer.step()

    def _loss(self, pictures, targets):
        return self.cross_entropy(self.discriminator(pictures).flatten(), targets)

    @torch.no_grad()
    def generate(self, count, seed):
        """Draw uint8 (count, 28, 28, 1) in training mode, as published."""
        generator = torch.Generator().manual_seed(seed)
        parts = []
        while sum(map(len, parts)) < count:
            latent = torch.randn(BATCH_SIZE, LATENT_DIM, 1, 1, generator=generator)
            parts.append(self.generator(latent)[:, :, BORDER:-BORDER, BORDER:-BORDER])
        pictures = torch.cat(parts)[:count].permute(0, 2, 3, 1)
        return ((pictures + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()


def _generator():
    layers, before = [], LATENT_DIM
    for number, filters in enumerate(FILTERS):
        place = (4, 1, 0) if number == 0 else (4, 2, 1)  # kernel, stride, padding
        layers += [
            nn.ConvTranspose2d(before, filters, *place, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(inplace=True),
        ]
        before = filters
    return nn.Sequential(*layers, nn.ConvTranspose2d(before, 1, 4, 2, 1, bias=False), nn.Tanh())


def _discriminator():
    layers, before = [], 1
    for number, filters in enumerate(reversed(FILTERS)):
        layers.append(nn.Conv2d(before, filters, 4, 2, 1, bias=False))
        if number > 0:
            layers.append(nn.BatchNorm2d(filters))
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        before = filters
    return nn.Sequential(*layers, nn.Conv2d(before, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def _initialize(layer):
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


def _adam(network):
    return torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999))

"""Values in time."""


def moving_average(values, size):
    return [sum(values[at:at + size]) / size for at in range(len(values) - size + 1)]


def smooth(values, alpha=0.5):
    result = []
    for value in values:
        if result:
            value = alpha * value + (1 - alpha) * result[-1]
        result.append(value)
    return result


def differences(values):
    return [b - a for a, b in zip(values, values[1:])]


def peaks(values):
    return [at for at in range(1, len(values) - 1) if values[at] > values[at - 1] and values[at] > values[at + 1]]

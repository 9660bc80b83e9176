"""tmp."""


class WorkerDescriber:
    def __enter__(self):
        return self

    def __exit__(self, *a):
        pass

    def describes(self, kind) -> bool:
        return False

    def describe(self, kind, name, payload):
        return {}
